"""Texts as vectors, so that a memory is found by what it means and not by its words alone.

Optional: without an embedder, or while its server is down, words alone are searched for. Two
rankings are fused by reciprocal ranks (Cormack, Clarke and Buettcher, SIGIR 2009).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from system2.errors import EmbeddingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RANK_CONSTANT = 60
"""The paper's k: how little the first places differ from those after them."""

AT_ONCE = 128
"""Texts in a request at most."""

Key = TypeVar("Key", bound=Hashable)


class Embedder(Protocol):
    """A model that turns texts into vectors. ``name``: vectors of another name are not compared.

    ``floor``: the least cosine at which two texts have to do with each other.
    """

    @property
    def name(self) -> str: ...

    @property
    def floor(self) -> float: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, float32 [n, d]. Raises ``EmbeddingError``."""
        ...


class OpenAIEmbedder:
    """``POST /v1/embeddings`` of any server that is compatible.

    ``timeout_s``: of a request; it is made once more where the server does not answer.
    """

    def __init__(
        self, url: str, model: str, key: str | None, *, timeout_s: float, floor: float
    ) -> None:
        self.name = model
        self.floor = floor
        self._url = url
        self._key = key
        self._timeout_s = timeout_s

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``Embedder``."""
        import numpy as np
        import openai

        # Redirects and the environment's proxies are not followed: what is known of a caller goes
        # to the address in the policy and nowhere else.
        with openai.DefaultHttpxClient(
            trust_env=False, follow_redirects=False, timeout=self._timeout_s
        ) as http:
            client = openai.OpenAI(
                base_url=self._url,
                api_key=self._key or "none",
                timeout=self._timeout_s,
                max_retries=1,
                http_client=http,
            )
            rows: list[list[float]] = []
            try:
                for first in range(0, len(texts), AT_ONCE):
                    part = list(texts[first : first + AT_ONCE])
                    answer = client.embeddings.create(
                        model=self.name, input=part, encoding_format="float"
                    )
                    ordered = sorted(answer.data, key=lambda one: one.index)
                    rows += [one.embedding for one in ordered]
            except openai.APIStatusError as error:
                raise EmbeddingError(f"its server answers {error.status_code}") from None
            except openai.OpenAIError as error:
                raise EmbeddingError(
                    f"its server cannot be asked: {type(error).__name__}"
                ) from None
            except (ValueError, TypeError, AttributeError):
                raise EmbeddingError("its answer holds no vectors") from None
        try:
            matrix = np.array(rows, dtype=np.float32)
        except (ValueError, TypeError):
            raise EmbeddingError("its answer holds no vectors") from None
        return matrix


def vectors(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors, a row for each text. Raises ``EmbeddingError`` for what is none."""
    import numpy as np

    matrix = np.asarray(embedder.embed(texts), dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[0] != len(texts) or not matrix.shape[1]:
        raise EmbeddingError("it gives another number of vectors than there are texts")
    if not np.isfinite(matrix).all():
        raise EmbeddingError("a vector of it holds what is no number")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (matrix / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit


def nearest(
    query: NDArray[np.float32], stored: Sequence[tuple[Key, bytes]], floor: float, limit: int
) -> list[Key]:
    """The keys whose vectors are most like ``query``, the nearest first, none below ``floor``."""
    import numpy as np

    fitting = [(key, blob) for key, blob in stored if len(blob) == query.nbytes]
    if not fitting:
        return []
    matrix = np.frombuffer(b"".join(blob for _, blob in fitting), np.float32)
    likeness = matrix.reshape(len(fitting), -1) @ query
    order = np.argsort(-likeness, kind="stable")[:limit]
    return [fitting[at][0] for at in order if likeness[at] >= floor]


def fused(rankings: Sequence[Sequence[Key]], limit: int) -> list[Key]:
    """Rankings as one: a key's score is the sum of 1 / (k + its place) over them."""
    scores: dict[Key, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1.0 / (RANK_CONSTANT + place)
    return sorted(scores, key=lambda key: -scores[key])[:limit]
