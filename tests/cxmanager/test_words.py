import pytest
from django.core.exceptions import ValidationError

from cxmanager.words import WordsField

FIELD = WordsField(required=False)


class TestWordsField:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("", []),
            ("  \n , ", []),
            ("A1", ["A1"]),
            ("A1, B2,C3", ["A1", "B2", "C3"]),
            ("A1\r\nB2\n\nC3", ["A1", "B2", "C3"]),
            ("A1, A1\nA1", ["A1"]),
            ('"Knit, fine"\nWool', ["Knit, fine", "Wool"]),
            ("summer dress", ["summer dress"]),
        ],
    )
    def test_reads_lines_and_commas(self, typed, words):
        assert FIELD.clean(typed) == words

    @pytest.mark.parametrize("words", [[], ["A1"], ["Knit, fine", 'say "hello"', "Wool"], ["Ärmel", "a;b"]])
    def test_gives_back_what_it_showed(self, words):
        assert FIELD.clean(FIELD.prepare_value(words)) == words

    def test_knows_whether_it_changed(self):
        assert not FIELD.has_changed(["A", "B"], "A, B")
        assert FIELD.has_changed(["A", "B"], "A")

    @pytest.mark.parametrize("length", [192, 500_000])
    def test_refuses_a_word_beyond_reason(self, length):
        with pytest.raises(ValidationError):
            FIELD.clean("A, " + "x" * length)
