r"""The words, commands and characters that the tokenizer knows, as tables.

What is made of them is the business of :mod:`.tokens` and :mod:`.words`.
"""

from __future__ import annotations

FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh log ln lg exp sqrt abs floor "
    "ceil gcd lcm max min cis".split()
)
FUNCTION_ALIASES = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "ceiling": "ceil", "cosec": "csc", "tg": "tan",
    "ctg": "cot", "arctg": "arctan", "hcf": "gcd", "sgn": "sgn", "sen": "sin",
}  # fmt: skip
NAMED_FUNCTIONS = {
    "binom": "binom",
    "comb": "binom",
    "binomial": "binom",
    "ncr": "binom",
    "npr": "perm",
    "perm": "perm",
}
"""Functions of two arguments that plain text writes by name."""
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "xfrac"})
BINOMIALS = frozenset({"binom", "dbinom", "tbinom"})

RELATIONS = {
    "le": "<=", "leq": "<=", "leqslant": "<=", "leqq": "<=", "lt": "<", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "geqq": ">=", "gt": ">", "ne": "!=", "neq": "!=", "in": "in", "approx": "~", "approxeq": "~", "thickapprox": "~",
    "simeq": "~", "equiv": "==", "sim": "sim", "cong": "cong", "notin": "notin", "subset": "sub", "subseteq": "sub",
    "Rightarrow": "=>", "implies": "=>", "Longrightarrow": "=>", "iff": "<=>", "Leftrightarrow": "<=>",
    "propto": "prop",     "parallel": "par", "perp": "perp",
}  # fmt: skip
OPERATORS = {
    "cdot": "*", "times": "*", "div": "/", "ast": "*", "pm": "pm", "mp": "mp", "cup": "cup", "bigcup": "cup",
    "cupdot": "cup", "cap": "cap", "setminus": "setminus", "backslash": "setminus", "colon": ":", "circ": "deg",
    "degree": "deg", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "Vert": "|", "bmod": "mod", "pmod": "mod",
    "mod": "mod",
    "to": "->", "rightarrow": "->", "longrightarrow": "->", "mapsto": "->", "slash": "/", "lor": "or", "vee": "or",
    "land": "and", "wedge": "and", "bullet": "*", "prime": "'", "choose": "choose",
    "over": "over",
}  # fmt: skip
OPENERS = {"lfloor": "lfloor", "lceil": "lceil", "langle": "<", "lbrack": "[", "lbrace": r"\{", "lparen": "("}
CLOSERS = {"rfloor": "rfloor", "rceil": "rceil", "rangle": ">", "rbrack": "]", "rbrace": r"\}", "rparen": ")"}
SKIPPED = frozenset(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle "
    "scriptscriptstyle limits nolimits quad qquad thinspace enspace enskip rm bf it mathstrut space nonumber middle "
    "angle measuredangle triangle square blacksquare qed hfill noindent medspace thickspace negthinspace par "
    "allowbreak newline null strut smallskip medskip bigskip centerdot protect bold tiny small normalsize large Large "
    "LARGE huge Huge mathbb mathrm mathbf mathcal mathit mathsf".split()
)
"""Commands that show something and mean nothing."""
ACCENTS = frozenset("vec hat widehat overrightarrow tilde widetilde underline overline bar boldsymbol".split())
DOTS = frozenset("ldots cdots dots dotsc dotsb dotsm vdots ddots".split())
GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell hbar R N Z Q C imath jmath "
    "aleph partial nabla Re Im star dagger".split()
)
SPELLED_GREEK = frozenset(name for name in GREEK if len(name) > 2 and name.islower()) - {"ell", "star", "partial"}
"""Names that plain text spells out: ``2theta``."""
VARIANTS = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "infty": "oo"}

SEPARATORS = frozenset({"and", "or", "und", "oder", "et", "ou", "y"})
"""Words between the elements of a list."""
SMALL_WORDS = frozenset("is of at by an as if we it on no so are was the for not".split())
NEGATIONS = frozenset(
    "not no none less more least most over under except greater fewer than without exceed before after "
    "other another".split()
)
"""Words with which a text does not say the number that stands in it."""
SHORT_UNITS = frozenset(
    "cm mm km dm nm kg mg ml mL cl dl ft in hr hrs min mins sec secs mph kph kmh kph lb lbs oz yd mi Hz kHz pm am AM "
    "PM th st nd rd sq cc kW kJ kN Pa kPa".split()
)
"""Two or three letters that are a unit and no product of variables."""
LETTER_UNITS = frozenset("m g s h L l N J W V K F".split())
"""Single letters that may be a unit where they stand, apart, after a number."""
MULTIPLIERS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
CURRENCIES = {"€": "", "£": "", "¥": "", "₹": "", "₽": "", "₩": "", "¢": ""}
UNBOXED = r"text|textbf|textit|textrm|textsf|texttt|textnormal|textup|textsc|mbox|hbox|mathrm|mathbf|mathit" \
    r"|mathsf|textsuperscript|mathbb|mathcal|mathfrak|mathtt|mathscr|operatorname\*?|bf|rm|emph|bm|pmb"  # fmt: skip
"""Commands whose argument is words, or letters in another face."""

CHARACTERS = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "✕": "*"}
    | {"÷": "/", "⁄": "/", "∕": "/", "π": r"\pi ", "√": r"\sqrt ", "∞": r"\infty ", "≤": r"\le ", "⩽": r"\le "}
    | {"≥": r"\ge ", "⩾": r"\ge ", "≠": r"\ne ", "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "±": r"\pm "}
    | {"°": r"\degree ", "º": r"\degree ", "˚": r"\degree ", "∅": r"\emptyset ", "ø": r"\emptyset ", "′": "'"}
    | {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "≈": r"\approx ", "≡": r"\equiv ", "→": r"\to "}
    | {"⇒": r"\Rightarrow ", "ℝ": r"\R ", "ℤ": r"\Z ", "ℕ": r"\N ", "ℚ": r"\Q ", "ℂ": r"\C ", "∖": r"\setminus "}
    | {"∉": r"\notin ", "∨": r"\lor ", "∧": r"\land "}
    | {"∠": "", "△": "", "½": r"\frac{1}{2}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}", "⅓": r"\frac{1}{3}"}
    | {"⅔": r"\frac{2}{3}", "⅕": r"\frac{1}{5}", "⅖": r"\frac{2}{5}", "⅗": r"\frac{3}{5}", "⅘": r"\frac{4}{5}"}
    | {"⅙": r"\frac{1}{6}", "⅚": r"\frac{5}{6}", "⅛": r"\frac{1}{8}", "⅜": r"\frac{3}{8}", "⅝": r"\frac{5}{8}"}
    | {"⅞": r"\frac{7}{8}", "∓": r"\mp ", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil "}
    | {"，": ", ", "；": "; ", "、": ", ", "。": ". ", "…": r"\ldots ", "⋯": r"\ldots ", "∑": r"\sum ", "∏": r"\prod "}
    | {"∫": r"\int ", "⟨": r"\langle ", "⟩": r"\rangle ", "∣": "|", "∛": r"\sqrt[3]", "∜": r"\sqrt[4]", "ⅈ": "i"}
    | dict(zip("αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΣΦΨΩ", [
        f"\\{name} " for name in
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega".split()
    ], strict=True))
    | {"ϕ": r"\phi ", "ϵ": r"\epsilon ", "ϑ": r"\theta ", "µ": r"\mu "}
    | CURRENCIES
)  # fmt: skip
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ⁺⁻⁽⁾ˣ", "0123456789n+-()x", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₙₓ", "0123456789+-nx", strict=True))
