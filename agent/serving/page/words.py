"""What the page says, in English and Chinese; what happens in a call is told as in its report."""

from __future__ import annotations

from agent.rule_wording import RULES
from agent.wording import UNITS, wording

LANGUAGES = ("en", "zh")

SHARED = ("kind", "floor", "act", "outcome")
"""Families of words that are the report's."""

SINGLE = ("floor", "cut_off", "report.conversation", "report.timeline")

PAGE: dict[str, tuple[str, str]] = {
    "page.title": ("Kairos: talk to an agent", "Kairos：与客服通话"),
    "page.lobby": ("Talk to an agent", "与客服通话"),
    "page.choose": ("Who do you want to talk to?", "您想和谁通话？"),
    "page.start": ("Start the call", "开始通话"),
    "page.type_instead": ("Without a microphone", "不用麦克风"),
    "page.hint": (
        "Your browser will ask for the microphone. Your sound goes to this server, which records "
        "the call.",
        "浏览器会请求使用麦克风。您的声音发送到这台服务器，通话在那里录音。",
    ),
    "page.token": ("Access token", "访问令牌"),
    "page.token.send": ("Continue", "继续"),
    "page.token.hint": (
        "Whoever runs this server gives it out. It is kept until this tab is closed.",
        "令牌由服务器的管理者发放，只保存到关闭此标签页为止。",
    ),
    "page.call": ("The call", "通话"),
    "page.caller": ("Caller (you)", "来电者（您）"),
    "page.agent": ("Agent", "客服"),
    "page.connecting": ("Connecting…", "正在接通…"),
    "page.floor.none": ("Nobody has spoken yet", "还没有人说话"),
    "page.plan": ("Plan", "计划"),
    "page.plan.none": ("Nothing is under way.", "没有正在办理的事项。"),
    "page.plan.goal": ("Goal", "目标"),
    "page.plan.step": ("Next", "下一步"),
    "page.plan.missing": ("Still missing", "还缺"),
    "page.decisions": ("What System 1 decided, and why", "系统一的决定与理由"),
    "page.mute": ("Mute", "静音"),
    "page.unmute": ("Unmute", "取消静音"),
    "page.keypad": ("Keypad", "拨号键盘"),
    "page.hang_up": ("Hang up", "挂断"),
    "page.message": ("Write instead", "输入文字"),
    "page.send": ("Send", "发送"),
    "page.again": ("New call", "新的通话"),
    "page.files.coming": ("The call's files are being written.", "正在写入通话文件。"),
    "page.files.none": ("There are no files of this call.", "没有这次通话的文件。"),
    "page.files.report": ("Report", "报告"),
    "page.files.call": ("Recording", "录音"),
    "page.files.events": ("Journal", "日志"),
    "page.files.result": ("Result", "结果"),
    # What can go wrong, and what to do.
    "page.error.denied": (
        "The microphone was not allowed. Allow it beside the page's address and start again, or "
        "go on without one.",
        "未获准使用麦克风。请在地址栏旁允许后重试，或不用麦克风继续。",
    ),
    "page.error.no_microphone": (
        "There is no microphone. Plug one in and start again, or go on without one.",
        "没有找到麦克风。请接上后重试，或不用麦克风继续。",
    ),
    "page.error.microphone_busy": (
        "The microphone cannot be used: another program may have it.",
        "麦克风无法使用，可能被其他程序占用。",
    ),
    "page.error.microphone_lost": (
        "The microphone is gone. You can go on in writing.",
        "麦克风已断开，可以改用文字继续。",
    ),
    "page.error.sound": ("There is no sound here: {why}", "这里无法使用声音：{why}"),
    "page.error.insecure": (
        "Browsers give no microphone to this address. Open the page over https, or on the "
        "server's own machine as http://localhost.",
        "浏览器不允许此地址使用麦克风。请用 https 打开，或在服务器本机用 http://localhost 打开。",
    ),
    "page.error.token": ("This token is not known here.", "令牌无效。"),
    "page.error.token_unsendable": (
        "This token has characters that a web page cannot send: letters, digits, - and _ are safe.",
        "令牌含有网页无法发送的字符；字母、数字、- 和 _ 可用。",
    ),
    "page.error.full": (
        "All lines are taken. Try again in {s} seconds.",
        "所有线路都在使用中，请在 {s} 秒后重试。",
    ),
    "page.error.draining": (
        "The server is about to stop. Try again in {s} seconds.",
        "服务器即将停止，请在 {s} 秒后重试。",
    ),
    "page.error.unreachable": (
        "The server does not answer. Is it running?",
        "服务器没有应答，它在运行吗？",
    ),
    "page.error.slow": (
        "Your network is too slow: {s} s of your voice were lost.",
        "网络太慢：您的声音丢失了 {s} 秒。",
    ),
    "page.error.too_slow": (
        "The call has ended: your network was too slow for it.",
        "通话已结束：网络太慢。",
    ),
    "page.error.connection_lost": (
        "The call has ended: the connection was lost.",
        "通话已结束：连接中断。",
    ),
    "page.error.server": ("The server says: {why}", "服务器提示：{why}"),
}


def told(language: str) -> dict[str, object]:
    """All that the page needs to tell a call in a language."""
    words = wording(language)
    shared = {
        f"{family}.{name}": said for family in SHARED for name, said in words.family(family).items()
    }
    own = {
        key: chinese if language == "zh" else english for key, (english, chinese) in PAGE.items()
    }
    return {
        "words": {**shared, **{key: words(key) for key in SINGLE}, **own},
        "rules": {rule: words.rule(rule) for rule in RULES},
        "units": dict(UNITS),
    }
