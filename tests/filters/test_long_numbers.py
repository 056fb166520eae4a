"""Numbers that are too long."""

from __future__ import annotations

import pytest

from builder.filters.numbers import too_long_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Add 123456789012345678901 and 1.", "123456789012345678901"),
        ("It is 0.12345678901234567890123.", "0.12345678901234567890123"),
        ("It is 1,234,567,890,123,456,789,012.", "1234567890123456789012"),
        ("output 102272855780209167488 by the power of 7", "102272855780209167488"),
        ("The values are 1, 2, ..., 100000000000000000000", "100000000000000000000"),
        ("the next one is 152587890625000000000, which", "152587890625000000000"),
        ("2/9: 0.2222222222222222222222222...", "0.2222222222222222222222222"),
        ("\\boxed{111111111111111111111111123}", "111111111111111111111111123"),
        ("the smallest is 1" + "0" * 99 + "6", "1" + "0" * 99 + "6"),
        ("9" * 100_000, "9" * 100_000),
        ("-3.1415926535897932384626 rad", "3.1415926535897932384626"),
    ],
)
def test_a_number_with_too_many_digits_is_found(text: str, number: str) -> None:
    assert too_long_number(text, 20) == number


@pytest.mark.parametrize(
    "text",
    [
        "Add 12345678901234567890 and 1.",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16",
        "The price is $1,234,567,890.50 today.",
        "20! = 2432902008176640000",
        "about 19.833333333333332 hours",
        "0.5877852522924731291, 0.80901699437",
        "2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20",
        "call 555-0100-200-300-400-500-600-700",
        "12345678901 + 12345678902",
        "Alice writes 6.02 \\times 10^{23}.",
        "",
    ],
)
def test_long_texts_and_lists_of_numbers_are_no_long_number(text: str) -> None:
    assert too_long_number(text, 20) is None
