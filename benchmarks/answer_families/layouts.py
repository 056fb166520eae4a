"""Families of answers of several parts in less usual layout: semicolons, cases, reversed chains, named points."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from .algebra import polynomial_tree
from .base import Form, Value, Words, fraction, shuffled, signed, values
from .ranges import span
from .trees import INF, Node, add, frac, node, of, var


def turned_interval(rng: Random) -> list[Value]:
    name = rng.choice(("x", "x", "t", r"\theta", "a", "y"))

    def forms(value: tuple[int, int, bool, bool]) -> list[Form]:
        a, b, left, right = value
        l, r = ("[" if left else "("), ("]" if right else ")")  # noqa: E741
        ge, le = (r"\ge" if right else ">"), (r"\ge" if left else ">")
        lo, hi = (r"\geq" if left else ">"), (r"\leq" if right else "<")
        up = r"\le" if left else "<"
        return [
            span(node(a), node(b), left, right), rf"{b} {ge} {name} {le} {a}",
            rf"{name} {lo} {a} \text{{ and }} {name} {hi} {b}", f"{l}{a}; {b}{r}", rf"{name} \in {l}{a};{b}{r}",
            f"{a} {'<=' if left else '<'} {name} {'<=' if right else '<'} {b}", rf"\left{l}{a},{b}\right{r}",
            rf"{name}\in\left{l} {a}, {b} \right{r}", rf"\{{{name} \in \mathbb{{R}} : {a} {up} {name} {hi} {b}\}}",
            rf"{name} {hi} {b} \text{{ and }} {name} {lo} {a}",
        ]  # fmt: skip

    a, b = signed(rng, 0, 9), rng.randint(10, 40)
    left, right = rng.choice(((True, True), (True, False), (False, True)))
    wrong = [(a, b, *ends) for ends in ((True, True), (True, False), (False, True)) if ends != (left, right)]
    return values(
        forms, [(a, b, left, right), *shuffled(rng, [*wrong, (a, b + 1, left, right), (a - 1, b, left, right)])]
    )


def outside(rng: Random) -> list[Value]:
    name = rng.choice("xxyt")

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            Node("union", (span(-INF, node(a), False, False), span(node(b), INF, False, False))),
            rf"{name} < {a} \text{{ or }} {name} > {b}", f"{name} < {a} or {name} > {b}",
            rf"\mathbb{{R}} \setminus [{a}, {b}]", rf"{name} \in (-\infty, {a}) \cup ({b}, +\infty)",
            rf"{name}>{b} \text{{ or }} {name}<{a}", rf"(-\infty;{a})\cup({b};\infty)",
            rf"{name} < {a} \lor {name} > {b}", rf"{name} \notin [{a}, {b}]",
            rf"\left(-\infty,{a}\right)\bigcup\left({b},\infty\right)",
        ]  # fmt: skip

    a, b = signed(rng, 1, 9), rng.randint(10, 30)
    return values(forms, [(a, b), *shuffled(rng, [(a - 1, b), (a, b + 1), (-b, -a), (a + 1, b)])])


def half_line(rng: Random) -> list[Value]:
    name = rng.choice(("x", "k", "m", "n", r"\lambda"))

    def forms(value: tuple[Fraction, bool]) -> list[Form]:
        q, closed = value
        left = "[" if closed else "("
        sign = r"\ge" if closed else ">"
        back = r"\le" if closed else "<"
        return [
            span(frac(q), INF, closed, False), rf"{name} {sign} {q}", rf"{q} {back} {name}",
            rf"{left}{q}, +\infty)", rf"{name} \in {left}{q}, \infty)", rf"{left}{q}; +\infty)",
            rf"{q} {back} {name} < \infty", rf"{name}\in\left{left}{q},+\infty\right)",
            rf"\{{{name}: {name} {sign} {q}\}}", rf"{name} {'≥' if closed else '>'} {q}",
            rf"{name} {'>=' if closed else '>'} {q}", rf"\left\{{{name} \,\middle|\, {name} {sign} {q}\right\}}",
        ]  # fmt: skip

    q, closed = (fraction(rng, 1, 20, 6) if rng.random() < 0.4 else Fraction(signed(rng, 1, 30))), rng.random() < 0.5
    return values(
        forms, [(q, closed), *shuffled(rng, [(q, not closed), (-q, closed), (q + 1, closed), (2 * q, closed)])]
    )


def named_point(rng: Random) -> list[Value]:
    name = rng.choice("PABQ")

    def forms(pair: tuple[Fraction, Fraction]) -> list[Form]:
        a, b = pair
        x, y = (frac(q) for q in pair)
        return [
            of("tuple", x, y), f"{name}({a}, {b})", f"{name} = ({a}, {b})", f"({a};{b})", rf"\left({a},\,{b}\right)",
            rf"({a},\;{b})", f"({a}, {b})", rf"\text{{({a}, {b})}}", rf"\big({a}, {b}\big)",
            rf"{name}\left({a},{b}\right)", f"( {a} , {b} )",
        ]  # fmt: skip

    a, b = Fraction(signed(rng, 1, 20)), fraction(rng, 1, 9, 5) if rng.random() < 0.4 else Fraction(signed(rng, 21, 40))
    return values(forms, [(a, b), *shuffled(rng, [(b, a), (-a, b), (a, -b), (a + 1, b), (a, b + 1)])])


def system(rng: Random) -> list[Value]:
    names = rng.choice((("x", "y"), ("a", "b"), ("u", "v"), ("m", "n")))

    def forms(items: tuple[int, int]) -> list[Form]:
        (a, b), (p, q) = names, items
        return [
            f"({a}, {b}) = ({p}, {q})", f"{a} = {p}, {b} = {q}",
            rf"\begin{{cases}} {a} = {p} \\ {b} = {q} \end{{cases}}", rf"{a}={p} \text{{ and }} {b}={q}",
            rf"\left\{{ \begin{{array}}{{l}} {a}={p} \\ {b}={q} \end{{array}} \right.", rf"{a}={p},\ {b}={q}",
            f"{a}={p} and {b}={q}", f"{b}={q}, {a}={p}", rf"{a}={p}, \quad {b}={q}",
            rf"({a},{b})=\left({p},{q}\right)", f"{a}={p}; {b}={q}", rf"{a} = {p} \land {b} = {q}",
            rf"{a} = {p} \,,\, {b} = {q}",
        ]  # fmt: skip

    items = (signed(rng, 1, 20), signed(rng, 21, 40))
    a, b = items
    return values(forms, [items, *shuffled(rng, [(b, a), (-a, b), (a, b + 1), (a, -b)])])


def loose_list(rng: Random) -> list[Value]:
    def forms(items: tuple[int, ...]) -> list[Form]:
        t = [str(n) for n in items]
        back = t[::-1]
        return [
            of("list", *items), "; ".join(t), r",\ ".join(back), rf"\{{{'; '.join(t)}\}}", rf"\text{{{', '.join(t)}}}",
            ", ".join(t[:-1]) + ", and " + t[-1], ", ".join(t[:-1]) + rf" \text{{ and }} {t[-1]}", " , ".join(back),
            rf"\left\{{{','.join(t)}\right\}}", r",\quad ".join(t), ", ".join(f"${n}$" for n in t),
            r" \text{ or } ".join(t), " or ".join(back), r" \text{, } ".join(t), rf"\lbrace {', '.join(t)} \rbrace",
            r"\{" + r",\,".join(back) + r"\}",
        ]  # fmt: skip

    items = tuple(rng.sample(range(-30, 99), rng.randint(2, 4)))
    extra = max(items) + 1
    wrong = [(*items, extra), (*items[:-1], extra), (extra, *items[1:]), tuple(n - 131 for n in items)]
    if len(items) > 2:
        wrong.append(items[:-1])
    return values(forms, [items, *shuffled(rng, wrong)])


def one_or_other(rng: Random) -> list[Value]:
    name = rng.choice("xxyzn")

    def forms(pair: tuple[int, int]) -> list[Form]:
        a, b = pair
        return [
            f"{name}={a}, {name}={b}", rf"{name} = {a} \text{{ or }} {name} = {b}", rf"{name}={b} \lor {name}={a}",
            rf"{name}={a} \vee {name}={b}", rf"{name} = {a}, {b}", rf"{name} = {a} \text{{ and }} {name} = {b}",
            rf"{name} \in \{{{b}, {a}\}}", f"{a}, {b}", f"{name} = {a} or {b}",
            rf"{name}_{{1}} = {a}, {name}_{{2}} = {b}", rf"{name}_1={b},\ {name}_2={a}",
            rf"{name}={a} \quad \text{{or}} \quad {name}={b}", rf"{name}_{{1,2}} = {a}, {b}", rf"\{{{a},{b}\}}",
        ]  # fmt: skip

    a, b = signed(rng, 1, 15), signed(rng, 16, 40)
    return values(forms, [(a, b), *shuffled(rng, [(-a, b), (a, -b), (a + 1 or 2, b), (a, b + 1), (-a, -b)])])


def matrix_layouts(rng: Random) -> list[Value]:
    def forms(rows: tuple[tuple[int, int], ...]) -> list[Form]:
        (a, b), (c, d) = rows
        inner = rf"{a} & {b} \\ {c} & {d}"
        return [
            Node("matrix", tuple(of("row", *r) for r in rows)),
            rf"\left[\begin{{smallmatrix}} {inner} \end{{smallmatrix}}\right]",
            rf"\left(\begin{{smallmatrix}}{a}&{b}\\{c}&{d}\end{{smallmatrix}}\right)",
            rf"\begin{{bmatrix}} {a} & {b} \\[4pt] {c} & {d} \end{{bmatrix}}",
            rf"\begin{{pmatrix}} {inner} \\ \end{{pmatrix}}", rf"\left[\begin{{matrix}}{inner}\end{{matrix}}\right]",
            rf"\begin{{pmatrix}} {a}.0 & {b} \\ {c} & {d} \end{{pmatrix}}",
            rf"\left[ \begin{{array}}{{rr}} {inner} \end{{array}} \right]", f"[[{a}, {b}], [{c}, {d}]]",
            rf"\begin{{bmatrix}}{a}&{b}\cr {c}&{d}\end{{bmatrix}}", rf"A = \begin{{pmatrix}} {inner} \end{{pmatrix}}",
        ]  # fmt: skip

    rows = tuple((signed(rng, 0, 12), signed(rng, 0, 12)) for _ in range(2))
    (a, b), (c, d) = rows
    wrong = [((a, c), (b, d)), ((a + 13, b), (c, d)), ((a, b), (c, d - 1)), ((c, d), (a, b)), ((b, a), (d, c))]
    return values(forms, [rows, *shuffled(rng, wrong)])


def point_slope(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int, int]) -> list[Form]:
        m, p, q = value  # through (p, q)
        x, y = var("x"), var("y")
        b = q - m * p
        left = y - q if q > 0 else y + -q
        shift = x - p if p > 0 else x + -p
        tail = m * x + b if b > 0 else m * x - -b
        return [
            Node("equation", (y, tail)), Node("equation", (left, m * shift)),
            Node("equation", (add(m * x, -y), node(-b))), Node("equation", (add(y, -(m * x)), node(b))),
            Node("equation", (add(m * x, -y) + b if b > 0 else add(m * x, -y) - -b, node(0))),
            Node("equation", (y - tail, node(0))),
        ]  # fmt: skip

    m, p, q = rng.randint(2, 7), signed(rng, 1, 5), signed(rng, 1, 9)
    q += q == m * p
    ok = [v for v in [(m, -p, q), (m, p, -q), (m + 1, p, q), (m, p, q + 2)] if v[2] != v[0] * v[1] and v[2]]
    return values(forms, [(m, p, q or 1), *shuffled(rng, ok)])


def ellipse(rng: Random) -> list[Value]:
    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        x2, y2 = var("x") ** 2, var("y") ** 2
        return [
            Node("equation", (x2 / (a * a) + y2 / (b * b), node(1))),
            Node("equation", (b * b * x2 + a * a * y2, node(a * a * b * b))),
            Node("equation", (y2 / (b * b) + x2 / (a * a), node(1))),
            Node("equation", (x2 / node(a) ** 2 + y2 / node(b) ** 2, node(1))),
            Node("equation", (x2 / (a * a), 1 - y2 / (b * b))),
            Node("equation", (b * b * x2 + a * a * y2 - a * a * b * b, node(0))),
            rf"\left(\frac{{x}}{{{a}}}\right)^2 + \left(\frac{{y}}{{{b}}}\right)^2 = 1",
        ]  # fmt: skip

    a, b = rng.sample(range(2, 9), 2)
    return values(forms, [(a, b), *shuffled(rng, [(b, a), (a + 1, b), (a, b + 1), (2 * a, b)])])


def derivative(rng: Random) -> list[Value]:
    name = rng.choice(("f'(x)", "y'", r"\frac{dy}{dx}", "g(x)", "P(x)", "S"))

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        tree = polynomial_tree(var("x"), [a, 0, b])
        return [
            Node("assign", (name, tree)), tree, Node("assign", (name, polynomial_tree(var("x"), [a, 0, b], up=True))),
            f"{name} = {a}x^{{2}} + {b}", rf"{a}x^2+{b}",
        ]  # fmt: skip

    a, b = rng.randint(2, 12), rng.randint(1, 12)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (b + 12, a), (2 * a, b)])])


def option_in_words(rng: Random) -> list[Value]:
    def forms(x: str) -> list[Form]:
        return [
            Words(x), Words(f"({x})"), rf"(\text{{{x}}})", rf"\textbf{{{x}}}", Words(f"choice {x}"),
            Words(f"Option ({x})"), rf"\text{{Option {x}}}", rf"\text{{{x}.}}", rf"\textbf{{({x})}}",
            rf"\mathbf{{({x})}}", rf"\text{{option ({x})}}", Words(f"Choice {x}."), rf"\mathrm{{({x})}}",
            Words(f"**{x}**"),
        ]  # fmt: skip

    return values(forms, shuffled(rng, "ABCDE"))


def quoted_word(rng: Random) -> list[Value]:
    def forms(w: str) -> list[Form]:
        return [
            Words(w), rf"\text{{{w}}}", Words(f'"{w}"'), Words(f"'{w}'"), rf"\textsf{{{w}}}", rf"\texttt{{{w}}}",
            rf"\emph{{{w}}}", Words(f"**{w}**"), Words(w.capitalize()), rf"\mbox{{{w}}}", rf"\text{{``{w}''}}",
            rf"\operatorname{{{w}}}", rf"\text{{{w} }}", rf"\textrm{{{w}}}",
        ]  # fmt: skip

    words = rng.choice(
        (
            ("triangle", "square", "hexagon"),
            ("apple", "banana", "cherry"),
            ("decreasing", "increasing"),
            ("tails", "heads"),
            ("zebra", "tiger", "otter"),
        )
    )
    return values(forms, shuffled(rng, words))


def clock_signs(rng: Random) -> list[Value]:
    half = rng.choice("ap")

    def forms(minutes: int) -> list[Form]:
        h, m = 1 + minutes // 60 % 12, minutes % 60
        return [
            Words(f"{h}:{m:02d} {half}.m."), rf"{h}\!:\!{m:02d} \text{{ {half}.m.}}",
            rf"{h}{{:}}{m:02d}\text{{ {half.upper()}M}}", Words(f"{h}:{m:02d} {half}m"),
            rf"\text{{{h}:{m:02d} {half}.m.}}", rf"{h}:{m:02d}\;\text{{{half}.m.}}",
            rf"{h}:{m:02d}~\mathrm{{{half}.m.}}", Words(f"{h:02d}:{m:02d} {half.upper()}M"),
            Words(f"{h}:{m:02d} {half.upper()}. M."),
        ]  # fmt: skip

    t = rng.randint(0, 719)
    return values(forms, [t, *shuffled(rng, [(t + 60) % 720, (t + 5) % 720, (t - 30) % 720])])


def nothing_there(rng: Random) -> list[Value]:
    n = rng.randint(1, 30)

    def forms(kind: int) -> list[Form]:
        if kind == 0:
            return [
                Words("no solution"), r"\text{No solution}", r"\{\}", r"\{ \}", r"\emptyset", Words("None"),
                Words("No solutions exist"), r"\text{none}", r"\text{There are no solutions.}",
                r"\textbf{No solution}", r"x \in \emptyset", Words("NO SOLUTION"), r"\left\{\right\}",
                r"\mathrm{No\ solution}",
            ]  # fmt: skip
        return [node(n + kind), f"{n + kind}.0"]

    return values(forms, [0, 1, 2] if rng.random() < 0.7 else [1, 0, 2])


def mapping(rng: Random) -> list[Value]:
    name = rng.choice("fgh")

    def forms(value: tuple[int, int]) -> list[Form]:
        a, b = value
        return [
            Node("function", (name, "x", polynomial_tree(var("x"), [a, b]))), rf"{name}(x)={a}x+{b}",
            rf"{name}\left(x\right) = {a}x + {b}", f"{name}(n) = {a}n + {b}", rf"{name}(x) = {b} + {a}x",
            rf"{name} (x) = {a} x + {b}", rf"{name}(t)={a}t+{b}", rf"{name}(x)=\frac{{{2 * a}x+{2 * b}}}{{2}}",
            rf"{name}(y) = {b} + {a}y",
        ]  # fmt: skip

    a, b = rng.randint(2, 12), rng.randint(1, 20)
    return values(forms, [(a, b), *shuffled(rng, [(a + 1, b), (a, b + 1), (b + 12, a), (2 * a, b)])])


FAMILIES = (
    turned_interval, outside, half_line, named_point, system, loose_list, one_or_other, matrix_layouts, point_slope,
    ellipse, derivative, option_in_words, quoted_word, clock_signs, nothing_there, mapping,
)  # fmt: skip
