r"""Solution texts as rows: what their final answer is, where there is none, and that any text is linear."""

import json
import time

import pytest

from builder.answers import equal, extract_answer

BOXES = [
    (r"so $\boxed{42}$.", "42"),
    (r"\boxed{1} then \boxed{\frac{1}{\sqrt{2}}}", r"\frac{1}{\sqrt{2}}"),
    (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
    (r"\fbox{7}", "7"),
    (r"\boxed 7 is it", "7"),
    (r"the team is \boxed\text{Red}", r"\text{Red}"),
    (r"it is \boxed{12", "12"),
    (r"it is $\boxed{12$ and so", "12"),
    (r"\boxed{4} and later \boxed{}", "4"),
    (r"\boxed{4}, which goes in \boxed{\text{answer}}", "4"),
    (r"\boxed{\boxed{5}}", "5"),
    (r"\boxed{\text{(C) } 12}", r"\text{(C) } 12"),
    (r"\boxed{\text{The least is } 12}", "12"),
    (r"\boxed{The answer is 12}", "12"),
    (r"\boxed{5 + 7 = 12}", "12"),
    (r"\boxed{x = -5,\ p = \frac{14}{3}}", r"x = -5,\ p = \frac{14}{3}"),
    (r"\n\n\[ \boxed{p = -1} \]", "p = -1"),
    (r"first \boxed{3}. After a lot more work and much thought we get \boxed{5}", "5"),
    (r"\boxed{3} \text{ and } \boxed{5}", "3, 5"),
    (r"$\boxed{10^{a}} \quad \text{and} \quad \boxed{10^{b}}$", "10^{a}, 10^{b}"),
    (r"$\boxed{1}\boxed{2}$", "1, 2"),
    (r"\boxed{1} paper and \boxed{2} bins", "1, 2"),
    (r"so $x = \boxed{5}$ or $x = \boxed{-3}$.", "5, -3"),
    (r"as fractions $\boxed{\frac12} = \boxed{\frac24}$", r"\frac24"),
    ("so \x08oxed{\x0crac{1}{2}}", r"\frac{1}{2}"),
    (r"{\"reasoning\": \"\\boxed{\\frac{1}{2}}\"}", r"\frac{1}{2}"),
]
STATED = [
    ("a <<1+1=2>>2\n#### 1,234", "1,234"),
    ("#### Step 3: add\nThe sum is 5.\n#### Answer\n**12**", "12"),
    ("The answer is: 12.", "12"),
    ("The answer is 3.5. I hope it is correct.", "3.5"),
    ("Therefore, the final answer is $\\frac{3}{4}$.", r"\frac{3}{4}"),
    ("**Answer:** 12", "12"),
    ("**Answer: 12**", "12"),
    ("### Answer\n12", "12"),
    ("Answer:\n\n$$12$$", "12"),
    ("Answer $$ 9 $$", "9"),
    ("Answer \\[ \n 9 \n \\]", "9"),
    ("ANSWER: 7", "7"),
    ("Ans. 12", "12"),
    ("A: 12", "12"),
    ('Answer: "28"', "28"),
    ("Answer: How many apples are left? 12", "12"),
    ("Final answer: 18 apples", "18 apples"),
    ("The answer is \\$18.90.", "\\$18.90"),
    ("The answer is $18 per day.", "$18 per day"),
    ("The answer is 12, since 5 + 7 = 12.", "12"),
    ("The answer is $5 \\cdot 7 = 35$ dollars.", "35 dollars"),
    ("The answer is $m+n=484$.", "484"),
    ("The answer is \\begin{align*} x + y &= 3 + 4 \\\\ &= 7. \\end{align*}", "7"),
    ("The final answer is [2, 5).", "[2, 5)"),
    ("The answer is no.", "no"),
    ('The correct answer should be "undefined".', "undefined"),
    ("The answer is that each painter put in 47.25 hours of work.", "47.25 hours"),
    ("Final Answer: The volume of $ABCDEFGH$ is 120. I hope it is correct.", "120"),
    ("Final Answer: Jane started growing Sphere 3 hours ago. I hope it is correct.", "3 hours"),
    (r"It was \boxed{255}. Final Answer: The final answer is $10,455$. I hope it is correct.", "10,455"),
    (r"It is $\boxed{12}$. Checking it, we see that the answer is reasonable.", "12"),
    ("Answer: We first add 5 and 7 to get 12. Then we subtract 2. The result is 10.", "10"),
    ("Answer: C", "C"),
    ("The answer is option B", "B"),
    ("The correct option is (C)", "(C)"),
    ("the correct choice is **D**", "D"),
    ("The triangle has three sides. Therefore, option (B) is correct.", "(B)"),
]
REPLIES = [
    ('{"reasoning": "1+1", "answer": "\\\\frac{1}{2}"}', r"\frac{1}{2}"),
    ('{"reasoning": "a", "answer": "\\frac{\\pi}{4}"}', r"\frac{\pi}{4}"),
    ('{"reasoning": "a", "answer": "\x0crac{1}{2}"}', r"\frac{1}{2}"),
    ('{"reasoning": "a", "answer": "5\text{ cm}"}', r"5\text{ cm}"),
    ('```json\n{\n  "reasoning": "she said "no"",\n  "answer": "14"\n}\n```', "14"),
    ('{"answer": "7", "reasoning": "because 3+4"}', "7"),
    ('{"answer": 12}', "12"),
    ('{"Answer": 1,234\n}', "1,234"),
    ('{"answer": [4, 6]}', "4, 6"),
    ('{"result": {"answer": "9"}}', "9"),
    ('{"answer": {"value": 12, "unit": "cm"}}', "12"),
    ('{"answer": "[0, 1)"}', "[0, 1)"),
    ('{"answer": "x^2 + y^2 = 25"}', "x^2 + y^2 = 25"),
    ('{"answer": "7 * 3 + 1 = 22"}', "22"),
    ('{"answer": "The total cost is $15."}', "$15"),
    ('{"answer": "He eats 24. Each costs $10, so he pays 24 * $10 = $240."}', "$240"),
    ('{"answer": "No solution"}', "No solution"),
    ('Therefore, the answer is: \\"answer\\": \\"108\\"\n}', "108"),
    ('{"reasoning": "...", "answer": "5"}\n\n**Answer:** He has 4 left.', "4"),
    ("<think>\nMaybe \\boxed{5}? wait, 7.\n</think>\n\nThe total is **7**.", "7"),
    ("<think>\nso it must be \\boxed{5}. But wait", "5"),
    ("it is \\boxed{8}</think>", "8"),
    ("<think>a</think> <answer> 12 </answer>", "12"),
    ("<think>a</think>\n<answer>The total is \\boxed{12} apples.</answer>", "12"),
    ("The largest number in it is 19. <|im_start|>user", "19"),
    ("[INST] What is 2+2? [/INST] The sum of 2 and 2 is 4. </s>", "4"),
    ("<|im_start|>user\nWhat is 3+4?<|im_end|>\n<|im_start|>assistant\nThe answer is 7.<|im_end|>", "7"),
    ("The answer is 7.</s><s>[INST] And 8+1? [/INST] The answer is 9.", "7"),
    ("The answer is 12.\n\nQuestion: What is 3+3?\nAnswer: 6", "12"),
    ("Problem: What is 3+3?\nSolution: We add. The answer is 6.", "6"),
    ("```python\nanswer = 2*21\nprint(answer)\n```\n```output\n42\n```\nThe result is $42$.", "42"),
]
ENDINGS = [
    ("42", "42"),
    ("1 000", "1 000"),
    ("1,000.99$", "1,000.99$"),
    ("1000.99 m²", "1000.99 m²"),
    ("28 percent", "28 percent"),
    ("$28$ percent", "28 percent"),
    ("the number is not 10 which is 1,000.99€", None),
    ("The monthly interest is $100", None),
    ("He can make 5 pens when th", None),
    ("Therefore, each of the 4 boxes holds 12", None),
    (r"so the answer is $\frac 12 \cdot 10", None),
    ("He has 2+3=<<2+3=5>>5 apples.", "5 apples"),
    ("So it is 12.\n[asy]\ndraw((0,0)--(1,", None),
    (r"The final answer is \boxed{3x = 2 +2y}.", "3x = 2 +2y"),
    ("$(37,3,3,13),(17,3,3,7)$", "(37,3,3,13),(17,3,3,7)"),
    ("$$x^2 + y^2 = 25$$", "x^2 + y^2 = 25"),
    ("What is the units digit of 1110? The units digit of 1110 is 0.", "0"),
    (r"The answer is: $\frac12$", r"\frac12"),
    ("We add.\nSo they have **40**.", "40"),
    ("First 5 apples.\nThen 7 more.\nTotal = 5 + 7 = 12", "12"),
    ("We solve it.\n\n\\[\n3x = 12 \\implies x = 4\n\\]", "x = 4"),
    ("First. Therefore, there are 12 distinct sequences that fit it. I hope it is correct.", "12 distinct sequences"),
    ("He has 20 and gave 5. She pays $18.90 - $3 = $15.90.", "$15.90"),
    ("One bag weighs 4. The bags weigh 3 * 4 = 12 pounds, so each child carries 12 / 6 = 2 pounds.", "2 pounds"),
    ("We factor. Thus the solutions are $x = 3$ and $x = -2$.", "$x = 3$ and $x = -2$"),
    ("We try. Hence $a = 10$ and $b = 6,$ and $3b - a = 18 - 10 = 8.$", "8"),
    ("We try. The least value is $5$, which occurs when $x = 2$.", "5"),
]
LANGUAGES = [
    ("Also sind es 12 Äpfel.\n\nDie Antwort lautet: 12", "12"),
    ("Wir rechnen. Daher beträgt der Flächeninhalt 24 cm².", "24 cm²"),
    ("La réponse finale est : 18", "18"),
    ("On calcule. Donc, il reste 7 pommes.", "7 pommes"),
    ("Respuesta: 3/4", "3/4"),
    ("La respuesta es 25.", "25"),
    ("Sumamos. Por lo tanto, quedan 9 manzanas.", "9 manzanas"),
    ("La risposta è 6.", "6"),
    ("A resposta final é 10.", "10"),
    ("所以答案是12。", "12"),
    ("答案：$\\frac{1}{2}$", r"\frac{1}{2}"),
    ("先算一下。因此，一共有 36 个苹果。", "36"),
    ("最终答案是：**8**", "8"),
    ("答えは 15 です。", "15"),
    ("정답은 7입니다.", "7"),
    ("Ответ: 42", "42"),
    ("Таким образом, ответ: 3,5", "3,5"),
]
NOTHING = [
    "",
    "I cannot solve this.",
    r"\boxed{}",
    "Final Answer\n\\boxed{}",
    "We add 3 and 4 to get 7 and go on with it",
    "First we need the number of notebooks. Since 3 times 7 is 21, we can say that the number of",
    "Let's consider the case where n = 3.",
    "If the answer is 3, then x would be 4",
    "So the answer is 5? Let me see, it may be",
    "The answer is not 5.",
    "The answer is correct.",
    "Please give your answer in the following json format:",
    '{"reasoning": "the answer is 4", "answer": ""}',
    '{"reasoning": "...", "answer": "___"}',
    '{"answer": total_cost(5)}',
    "```python\nfinal_answer = 5\n```",
    "#### Step 3: Solve\nand so on it goes",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "<think>\nHmm, the answer is 5. But wait",
    "We get $x = 3$.\n\n2. Next we turn to\n3. ",
]


@pytest.mark.parametrize(("text", "answer"), [*BOXES, *STATED, *REPLIES, *ENDINGS, *LANGUAGES])
def test_the_final_answer_of_a_text(text, answer):
    assert extract_answer(text) == answer


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_without_a_final_answer_has_none(text):
    assert extract_answer(text) is None


def test_the_last_statement_decides_whatever_its_kind():
    kinds = [r"$\boxed{1}$", "\n#### 2\n", '{"answer": "3"}', "The answer is 4.", "<answer>5</answer>"]
    said = ["1", "2", "3", "4", "5"]
    for last, answer in zip(kinds, said, strict=True):
        others = [kind for kind in kinds if kind != last]
        assert extract_answer("\n\n".join([*others, last])) == answer


def test_an_answer_is_found_far_from_the_beginning_and_not_before_the_window():
    assert extract_answer("We go on. " * 50_000 + "The answer is 5.") == "5"
    assert extract_answer("The answer is 5. " + "We go on. " * 50_000) is None


TRIGGERS = [
    *(r"\boxed{", "\\boxed{\n", r"\boxed{1} and ", r"\boxed 1 ", r"\text{", r"\frac{", r"\[", r"\(", "$", "$1$ and "),
    *("{", "}", "(", "\\", "\n", "\n\n", "\n- ", "*", "**a", "`", "```python\n", '"', '"answer": "', '"answer": '),
    *('"answer": {"value": ', "#### ", "#### 1\n", "the answer is ", "the answer is $a ", "answer\n", "Answer: How? "),
    *("is is is ", "so ", ", so ", "which ", "since 1, ", "1 and ", "= 1 ", "x = ", ". ", "! ", "1", "a", " "),
    *("<think>", "</think>", "<answer>", "<answer> a b c d e f\n", "<", "<|im_end|>", "[INST]", "[asy]", "\x00"),
    *("I hope it is correct. ", "The answer is 5.\nQuestion:\n", "- a: 1\n", "答案是", "Ответ: ", "İ", "\f", "\u200b"),
    r"\\[asy][/asy]box",
]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_megabyte_of_anything_is_read_in_linear_time(trigger):
    text = trigger * (1_000_000 // len(trigger))
    start = time.process_time()
    for hostile in (text, "The answer is 5. " + text, text + " The answer is 5."):
        extract_answer(hostile)
    assert time.process_time() - start < 3  # 0.1 in truth; quadratic is minutes


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_twice_the_text_takes_about_twice_the_time(trigger):
    def cost(size):
        text = trigger * (size // len(trigger))
        times = []
        for _ in range(3):
            start = time.process_time()
            extract_answer(text)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(80_000) < 5 * cost(40_000) + 0.02


def _lines(path):
    return (json.loads(line) for line in path.read_text().splitlines())


def test_every_real_solution_has_its_answer(data_dir):
    if data_dir is None:
        assert extract_answer("It is 2.\n#### 2") == "2"
        return
    for row in _lines(data_dir / "gsm8k_test.jsonl"):
        assert extract_answer(row["answer"]) == row["answer"].rpartition("#### ")[2]
    without = [row["id"] for row in _lines(data_dir / "math_train.jsonl") if extract_answer(row["solution"]) is None]
    assert without == ["train/number_theory/7115.json", "train/number_theory/7117.json"]  # their boxes are empty


def test_what_a_model_says_at_the_end_is_what_its_answer_field_says(data_dir):
    """Of the reasoning of JSON replies, read alone: where its ending gives an answer, it is nearly always theirs."""
    if data_dir is None:
        assert extract_answer("So, the total is 3 + 4 = 7.") == "7"
        return
    found = right = total = 0
    for row in list(_lines(data_dir / "candidates_gsm8k.jsonl"))[:100]:
        for reply in row["candidates"]:
            reasoning, field, answer = reply.partition('",\n    "answer": "')
            if field and '"reasoning": "' in reasoning:
                said = extract_answer(reasoning.partition('"reasoning": "')[2])
                total += 1
                found += said is not None
                right += equal(said, answer.partition('"')[0])
    assert total > 300
    assert found / total > 0.6
    assert right / found > 0.9


def test_the_answers_of_real_replies_are_found(data_dir):
    if data_dir is None:
        assert extract_answer('{"answer": "2"}') == "2"
        return
    for name, found, right in (("gsm8k", 0.99, 0.85), ("math_level5", 0.96, 0.4), ("mathematics", 0.95, 0.58)):
        rows = list(_lines(data_dir / f"candidates_{name}.jsonl"))[:60]
        answers = [(extract_answer(reply), row["gold"]) for row in rows for reply in row["candidates"]]
        assert sum(a is not None for a, _ in answers) / len(answers) >= found
        assert sum(equal(a, gold) for a, gold in answers) / len(answers) >= right
