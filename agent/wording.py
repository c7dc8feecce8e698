"""How a call is told to people, in English and Chinese: names of kinds, states, acts, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from agent.records import ErrandDone
from agent.rule_wording import RULES
from system1.acts import Because

_WORDS: dict[str, tuple[str, str]] = {
    # What an utterance is for.
    "kind.greeting": ("greeting", "问候"),
    "kind.disclosure": ("disclosure", "告知"),
    "kind.reply": ("reply", "回答"),
    "kind.filler": ("filler", "填充语"),
    "kind.check_in": ("check-in", "沉默询问"),
    "kind.soothe": ("soothing", "安抚"),
    "kind.backchannel": ("backchannel", "附和"),
    "kind.repair": ("repair", "修补"),
    "kind.clarify": ("clarification", "澄清"),
    "kind.farewell": ("farewell", "道别"),
    # Who has the floor.
    "floor.USER": ("Caller has the floor", "来电者持有话轮"),
    "floor.SYSTEM": ("Agent has the floor", "客服持有话轮"),
    "floor.FREE_U": ("Free after the caller", "来电者说完，空闲"),
    "floor.FREE_S": ("Free after the agent", "客服说完，空闲"),
    "floor.BOTH_U": ("Both, the caller's floor", "重叠，话轮属来电者"),
    "floor.BOTH_S": ("Both, the agent's floor", "重叠，话轮属客服"),
    # What System 1 does.
    "act.say": ("says", "开口"),
    "act.say_more": ("goes on", "续说"),
    "act.stop": ("stops", "停下"),
    "act.duck": ("lowers its voice", "压低音量"),
    "act.resume": ("carries on", "继续说"),
    "act.think": ("thinks", "开始思考"),
    "act.abandon": ("drops the thought", "放弃思考"),
    "act.take_turn": ("takes the turn as over", "判定话轮结束"),
    "act.reopen_turn": ("lets the turn go on", "话轮继续"),
    "act.take_up": ("keeps its answer", "沿用原来的回答"),
    "act.disregard": ("lets it pass", "不予理会"),
    "act.consult": ("asks the adviser", "询问顾问模型"),
    "act.heed": ("follows the adviser", "采纳顾问意见"),
    "act.listen": ("expects an answer", "等待回答"),
    "act.transfer": ("transfers the call", "转接"),
    "act.hang_up": ("hangs up", "挂断"),
    "act.send_dtmf": ("sends key tones", "发送按键音"),
    # How a thought ended.
    "thought.answered": ("answered", "已回答"),
    "thought.not_understood": ("not understood", "未理解"),
    "thought.abandoned": ("abandoned", "已放弃"),
    "thought.failed": ("failed", "失败"),
    # How a call ended.
    "outcome.caller_hung_up": ("Caller hung up", "来电者挂断"),
    "outcome.agent_hung_up": ("Agent hung up", "客服挂断"),
    "outcome.transferred": ("Transferred", "已转接"),
    "outcome.time_out": ("Time limit reached", "通话超时"),
    "outcome.error": ("Ended by an error", "因错误结束"),
    # People and things of a call.
    "caller": ("Caller", "来电者"),
    "agent": ("Agent", "客服"),
    "floor": ("Floor", "话轮"),
    "acts": ("Acts", "动作"),
    "mind": ("Mind", "思考"),
    "thought": ("thought", "思考"),
    "memory": ("memory", "记忆"),
    "echo": ("the agent's echo was taken down by", "客服回声已降低"),
    "tool": ("tool", "工具"),
    "background": ("in the background", "后台"),
    "tool.refused": ("refused", "未执行"),
    "tool.failed": ("failed", "失败"),
    "tool.late": ("too late", "超时"),
    "tool.cancelled": ("cancelled", "已取消"),
    "speculative": ("speculative", "预先"),
    "tokens": ("tokens", "词元"),
    "turn_over": ("turn over", "话轮结束"),
    "cut_off": ("cut off", "被打断"),
    "never_said": ("never said", "未说出"),
    "over_agent": ("over the agent", "与客服重叠"),
    "first_text": ("first words", "首句"),
    "why": ("why", "为什么"),
    "call": ("Call", "通话"),
    "overlap": ("Both speak", "同时说话"),
    "text": ("text", "文本"),
    "audio": ("audio", "音频"),
    # The report.
    "report.title": ("Call report", "通话报告"),
    "report.passed": ("All {n} checks passed", "{n} 项检查全部通过"),
    "report.passed.1": ("The check passed", "检查通过"),
    "report.failed": ("{bad} of {n} checks failed", "{n} 项检查中 {bad} 项未通过"),
    "report.failed.1": ("The check failed", "检查未通过"),
    "report.unchecked": ("No checks", "无检查项"),
    "report.what_failed": ("What failed", "未通过的检查"),
    "report.checks": ("Checks", "检查项"),
    "report.step": ("step", "步骤"),
    "report.timeline": ("Time line", "时间线"),
    "report.overview": ("The whole call", "整通电话"),
    "report.conversation": ("Conversation", "对话"),
    "report.silent": ("Nobody said anything.", "没有人说话。"),
    "report.legend": ("Legend", "图例"),
    "report.no_audio": ("Text fidelity: no audio was made.", "文本模式：没有音频。"),
    "report.jump": ("Go to", "跳转到"),
    "report.unheard": ("not heard", "未听到"),
    "report.after": ("after", "间隔"),
    "report.hint": (
        "Click anywhere to go there. Space plays, arrows step, Ctrl and the wheel zoom.",
        "点击任意位置跳转；空格播放，方向键步进，Ctrl 加滚轮缩放。",
    ),
    # The evidence for each moment.
    "report.moments": ("What was known in each moment", "每个时刻的依据"),
    "report.moments.hint": (
        "Click a pause or an overlap on the time line to see its evidence here.",
        "点击时间线上的停顿或重叠，在此查看依据。",
    ),
    "moment.pause": ("Pause", "停顿"),
    "moment.overlap": ("Over the agent", "与客服重叠"),
    "moment.taken": ("turn taken after {after}", "{after} 后接过话轮"),
    "moment.went_on": ("the caller went on after {after}", "{after} 后来电者继续说"),
    "moment.open": ("never decided", "未作判定"),
    "moment.undecided": ("the agent was through first", "客服先说完"),
    "moment.judged": ("{what} after {after}", "{after} 后{what}"),
    "moment.no_words": ("no words", "无词语"),
    "moment.pi": ("π, turn over, at the onset", "起始时话轮结束概率 π"),
    "moment.posterior": ("π after the silence", "静默后的 π"),
    "moment.best": ("cheapest silence", "代价最小的静默"),
    "moment.patience": ("a cut-in costs", "一次抢话的代价"),
    "moment.limits": ("silence allowed", "允许的静默"),
    "moment.median": ("this caller's median pause", "该来电者停顿中位数"),
    "moment.learnt": ("pauses learnt from", "已学习的停顿数"),
    "moment.kind": ("answer expected", "期待的回答"),
    "moment.settled": ("words settled", "词语已定"),
    "moment.unsettled": ("words may still change", "词语可能还会变"),
    "moment.due": ("π {pi}, so the floor at {due}", "π {pi}，应在 {due} 接话"),
    "moment.heard": ("heard", "听到"),
    "moment.stopped": ("voice over after", "话音结束于"),
    "moment.confidence": ("confidence", "置信度"),
    "moment.cost": ("What waiting costs (s), by silence", "等待的代价（秒），随静默时长"),
    "moment.mark.taken": ("taken", "接话"),
    "moment.mark.over": ("over", "结束"),
    "moment.weights": (
        "Evidence (log-odds): left goes on, right is over",
        "依据（对数几率）：左为未完，右为说完",
    ),
    "moment.won": ("won", "胜出"),
    "moment.others": ("also wanted", "其他提议"),
    "kind_of_answer.free": ("anything", "任意"),
    "kind_of_answer.yes_no": ("yes or no", "是或否"),
    "kind_of_answer.digits": ("digits", "数字"),
    "kind_of_answer.spelling": ("spelling", "拼读"),
    "kind_of_answer.date": ("a date", "日期"),
    "kind_of_answer.choice": ("a choice", "选项"),
    "feature.prior": ("prior", "先验"),
    "feature.no_words": ("no words", "无词语"),
    "feature.dangling": ("unfinished: last word", "末词未完"),
    "feature.hesitation": ("hesitation", "犹豫"),
    "feature.complete": ("whole in itself", "自成一句"),
    "feature.answers_question": ("answers the question", "回答了问题"),
    "feature.policy_phrase": ("a phrase of the policy", "策略中的短语"),
    "feature.verb": ("has a verb", "有动词"),
    "feature.long": ("long", "较长"),
    "feature.fragment": ("fragment", "片段"),
    "feature.slot_answer": ("may be what was asked", "可能是所问内容"),
    "feature.bare_verb": ("verb without its object", "动词缺宾语"),
    "feature.phrase_under_way": ("phrase under way", "短语未完"),
    "feature.too_few_digits": ("too few digits", "位数不足"),
    "feature.enough_digits": ("enough digits", "位数足够"),
    "feature.spelling_under_way": ("spelling under way", "拼读未完"),
    "feature.semantic_vad_0.5": ("semantic VAD, 0.5 s", "语义端点检测 0.5 秒"),
    "feature.semantic_vad_1.0": ("semantic VAD, 1 s", "语义端点检测 1 秒"),
    "feature.semantic_vad_2.0": ("semantic VAD, 2 s", "语义端点检测 2 秒"),
    "feature.semantic_vad_3.0": ("semantic VAD, 3 s", "语义端点检测 3 秒"),
    "feature.smart_turn": ("Smart Turn", "Smart Turn 模型"),
    "feature.adviser": ("adviser", "顾问模型"),
    "feature.yes_no_asked": ("yes or no was asked", "问的是是否"),
    "feature.digits_asked": ("digits were asked", "问的是数字"),
    "feature.spelling_asked": ("spelling was asked", "问的是拼写"),
    "feature.date_asked": ("a date was asked", "问的是日期"),
    "feature.choice_asked": ("a choice was asked", "问的是选项"),
    "feature.subordinate": ("main clause to come", "主句未到"),
    "feature.ends_here": ("sentences end on these words", "句子常止于此"),
    "feature.number_may_end": ("number may end", "号码可止于此"),
    "feature.number_filled": ("number filled", "号码已满"),
    "feature.date_whole": ("date whole", "日期完整"),
    "feature.date_begun": ("date begun", "日期未完"),
    "feature.final_particle": ("final particle", "句末语气词"),
    "feature.final_le": ("final 了", "句末“了”"),
    "feature.ends_in_measure": ("ends in a measure word", "止于量词"),
    "feature.final_fall": ("pitch falls", "音调下降"),
    "feature.final_rise": ("pitch rises", "音调上升"),
    "feature.question_rise": ("pitch rises in a question", "问句音调上升"),
    "feature.voice_heard": ("the voice was heard", "听到了语调"),
    "feature.low_end": ("low last pitch", "末音低"),
    "feature.level_hold": ("level pitch", "音调持平"),
    "feature.lengthened": ("last syllable drawn out", "末音拖长"),
    "feature.quieter": ("last words quieter", "末词变轻"),
    "player.play": ("Play", "播放"),
    "player.pause": ("Pause", "暂停"),
    "player.speed": ("Speed", "速度"),
    "zoom.in": ("Zoom in", "放大"),
    "zoom.out": ("Zoom out", "缩小"),
    "zoom.fit": ("Whole call", "全览"),
    # Tiles.
    "tile.gap": ("Response gap", "响应间隔"),
    "tile.gap.turns": ("{n} turns", "{n} 个话轮"),
    "tile.gap.turns.1": ("{n} turn", "{n} 个话轮"),
    "tile.gap.answer": ("to the answer {p50}", "到正式回答 {p50}"),
    "tile.stop": ("Yields to the caller in", "被打断后停下"),
    "tile.stop.more": ("{n} barge-ins", "{n} 次打断"),
    "tile.stop.more.1": ("{n} barge-in", "{n} 次打断"),
    "tile.stop.none": ("no barge-in", "没有打断"),
    "tile.overlap": ("Both spoke", "同时说话"),
    "tile.overlap.more": ("{n} overlaps", "{n} 次重叠"),
    "tile.overlap.more.1": ("{n} overlap", "{n} 次重叠"),
    "tile.proactive": ("Took the initiative", "主动发言"),
    "tile.check_ins": ("{n} check-ins", "{n} 次询问"),
    "tile.check_ins.1": ("{n} check-in", "{n} 次询问"),
    "tile.fillers": ("{n} fillers", "{n} 次填充语"),
    "tile.fillers.1": ("{n} filler", "{n} 次填充语"),
    "tile.thinks": ("Thoughts", "思考"),
    "tile.ahead": (
        "{kept} of {ahead} begun ahead kept",
        "提前思考 {ahead} 次，采用 {kept} 次",
    ),
    "tile.alone": (
        "{calls} requests to a model, {alone} answers without one",
        "请求模型 {calls} 次，未用模型回答 {alone} 次",
    ),
    "tile.wasted": ("{tokens} tokens for nothing", "白费 {tokens} 词元"),
    "tile.tokens": ("{tin} → {tout} tokens", "{tin} → {tout} 词元"),
    "tile.adviser": (
        "adviser asked {asked}×, {in_time} in time, {changed} decisive",
        "顾问模型询问 {asked} 次，{in_time} 次及时，{changed} 次起作用",
    ),
    "tile.saved": ("{percent} % less than the full history", "比完整历史少 {percent} %"),
    "tile.cut_ins": ("{n} cut-ins, {kept} answers kept", "{n} 次抢话，{kept} 次沿用原回答"),
    "tile.cut_ins.1": ("{n} cut-in, {kept} answers kept", "{n} 次抢话，{kept} 次沿用原回答"),
    "tile.length": ("Length", "时长"),
    "tile.speed": ("{speed}× real time", "{speed} 倍实时"),
    "tile.none": ("none", "无"),
    # The index of a suite.
    "suite.title": ("Scenario suite", "场景套件"),
    "suite.scenarios": ("Scenarios", "场景"),
    "suite.shares": ("{passed} passed · {failed} failed", "{passed} 个通过 · {failed} 个未通过"),
    "suite.passed": ("Passed", "通过"),
    "suite.failed": ("Failed", "未通过"),
    "suite.call_time": ("Call time", "通话时长"),
    "suite.wall_time": ("wall time {wall}", "实际用时 {wall}"),
    "suite.gap": ("Median response gap", "响应间隔中位数"),
    "suite.scenario": ("Scenario", "场景"),
    "suite.result": ("Result", "结果"),
    "suite.length": ("Length", "时长"),
    "suite.wall": ("Wall", "用时"),
    "suite.speed": ("Speed", "速度"),
    "suite.fidelity": ("Fidelity", "模式"),
    "suite.report": ("report", "报告"),
    "suite.all": ("All passed", "全部通过"),
    "suite.some": ("{n} failed", "{n} 个未通过"),
    "suite.empty": ("No scenario was run.", "没有运行任何场景。"),
    **{f"rule.{rule}": words for rule, words in RULES.items()},
}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language, English unless it is Chinese."""

    language: Literal["en", "zh"]

    def __call__(self, key: str, **values: object) -> str:
        """The words for a key with its ``{fields}`` filled in; KeyError when there are none."""
        english, chinese = _WORDS[key]
        words = chinese if self.language == "zh" else english
        return words.format(**values) if values else words

    def has(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in _WORDS

    def rule(self, rule: str) -> str:
        """What a rule of System 1 means; nothing for one that the policy has named."""
        return self(f"rule.{rule}") if self.has(f"rule.{rule}") else ""

    def family(self, family: str) -> dict[str, str]:
        """The words for all members of a family, by name."""
        start = f"{family}."
        return {key.removeprefix(start): self(key) for key in _WORDS if key.startswith(start)}

    def count(self, key: str, n: int, **values: object) -> str:
        """The words for a number of things, in the singular where the language has one."""
        return self(f"{key}.1" if n == 1 and f"{key}.1" in _WORDS else key, n=n, **values)

    def named(self, family: str, name: str) -> str:
        """The words for a member of a family; an unknown one speaks for itself."""
        pair = _WORDS.get(f"{family}.{name}")
        if pair is None:
            return name.replace("_", " ")
        return pair[1] if self.language == "zh" else pair[0]


def wording(language: str) -> Wording:
    """The words for a BCP 47 language tag."""
    return Wording("zh" if language.lower().split("-")[0] == "zh" else "en")


UNITS = {"s": "s", "ms": "ms", "db": "dB", "hz": "Hz", "st": "st", "sps": "syll/s"}


def evidence(because: Because) -> tuple[tuple[str, str], ...]:
    """The numbers behind an act as people read them: the unit that a name ends in after them."""
    told = []
    for name, value in because.evidence:
        if value == "":
            continue
        stem, _, unit = name.rpartition("_")
        text = f"{value:.3g}" if isinstance(value, float) else str(value)
        if stem and unit in UNITS:
            told.append((stem.replace("_", " "), f"{text} {UNITS[unit]}"))
        else:
            told.append((name.replace("_", " "), text))
    return tuple(told)


def why(because: Because, most: int) -> str:
    """A rule with the first ``most`` items of its evidence: ``bargein.long: speech 0.42 s``."""
    said = " · ".join(f"{name} {value}" for name, value in evidence(because)[:most])
    return f"{because.rule}: {said}" if said else because.rule


def used(one: ErrandDone, words: Wording) -> str:
    """What is told of a tool that was used."""
    parts = [f"{words('tool')} {one.tool} {length(one.took)}"]
    if one.why is not None:
        parts.append(words.named("tool", one.why))
    if one.background:
        parts.append(words("background"))
    return " · ".join(parts)


def joined(texts: Iterable[str]) -> str:
    """Words as one text: with a space between them, save between two Chinese characters."""
    text = ""
    for word in texts:
        close = text and word and is_wide(text[-1]) and is_wide(word[0])
        text += word if close or not text else f" {word}"
    return text


def is_wide(char: str) -> bool:
    """Whether a character is Chinese, Japanese or Korean, or their punctuation."""
    return ord(char) > 0x2E7F


def clock(seconds: float) -> str:
    """A time of a call: ``1:02.4``."""
    tenths = round(max(0.0, seconds) * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def length(seconds: float) -> str:
    """A length of time: ``0.62 s``, ``12.4 s``, ``5:02``."""
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
