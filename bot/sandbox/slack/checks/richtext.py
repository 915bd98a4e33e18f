"""The rich_text block: sections, lists, preformatted text, quotes and what stands in them."""

from collections.abc import Mapping

from .rules import Rule, boolean, integer, listed, one_of, record, string, variants

STYLES = ("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight", "unlink")
STYLE = record({}, dict.fromkeys(STYLES, boolean))
TEXT = record({"text": string(100_000)}, {"style": STYLE})
LINK = record({"url": string(3000)}, {"text": string(3000), "unsafe": boolean, "style": STYLE})
DATE = record(
    {"timestamp": integer(0), "format": string(255)},
    {"url": string(3000), "fallback": string(3000), "style": STYLE},
)
EMOJI = record({"name": string(255)}, {"unicode": string(255), "skin_tone": integer(1, 6), "style": STYLE})

INLINE: Mapping[str, Rule] = {
    "text": TEXT,
    "link": LINK,
    "user": record({"user_id": string(255)}, {"style": STYLE}),
    "usergroup": record({"usergroup_id": string(255)}, {"style": STYLE}),
    "channel": record({"channel_id": string(255)}, {"style": STYLE}),
    "team": record({"team_id": string(255)}, {"style": STYLE}),
    "broadcast": record({"range": one_of("here", "channel", "everyone")}, {"style": STYLE}),
    "emoji": EMOJI,
    "date": DATE,
    "color": record({"value": string(20)}, {"style": STYLE}),
}
IN_PREFORMATTED: Mapping[str, Rule] = {"text": TEXT, "link": LINK}

BORDER = integer(0, 1)
SECTION = record({"elements": listed(variants(INLINE))})
LIST = record(
    {"style": one_of("bullet", "ordered"), "elements": listed(variants({"rich_text_section": SECTION}))},
    {"indent": integer(0, 8), "offset": integer(0), "border": BORDER},
)
PREFORMATTED = record({"elements": listed(variants(IN_PREFORMATTED))}, {"border": BORDER, "language": string(255)})
QUOTE = record({"elements": listed(variants(INLINE))}, {"border": BORDER})

RICH_TEXT = listed(
    variants({
        "rich_text_section": SECTION,
        "rich_text_list": LIST,
        "rich_text_preformatted": PREFORMATTED,
        "rich_text_quote": QUOTE,
    })
)  # fmt: skip
