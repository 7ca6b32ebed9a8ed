"""How strongly an edit is asked for: weakly ("a bit"), as it is, or strongly ("much").

A degree is written before an edit's name: "slightly brighter", "strongly brighter". Edits that nobody asks for at once share one number.
"""

WEAK, NORMAL, STRONG = -1, 0, 1
# How far each degree takes a picture towards the edited one.
SHARES = {WEAK: 0.5, NORMAL: 1.0, STRONG: 1.5}
MARKS = {WEAK: "slightly ", NORMAL: "", STRONG: "strongly "}
# The edits that have degrees, by the number that they share. The transformer needs the first three after the others.
GROUPS: dict[str, tuple[str, ...]] = {
    "focus": ("blur", "sharpen"),
    "warmth": ("warmer", "cooler"),
    "tint": ("red tint", "green tint", "blue tint"),
    "sepia": ("sepia",),
    "saturation": ("more saturated", "less saturated"),
    "brightness": ("brighter", "darker"),
    "contrast": ("more contrast", "less contrast"),
}
GROUP_OF = {edit: group for group, edits in GROUPS.items() for edit in edits}


def marked(edit: str, degree: int) -> str:
    """The edit's name with its degree."""
    return MARKS[degree] + edit


def parted(name: str) -> tuple[str, int]:
    """(edit, degree) of a name that may carry one."""
    for degree in (WEAK, STRONG):
        if name.startswith(MARKS[degree]):
            return name.removeprefix(MARKS[degree]), degree
    return name, NORMAL
