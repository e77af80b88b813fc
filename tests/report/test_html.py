"""HTML for notebooks."""

from __future__ import annotations

from html.parser import HTMLParser

from cnncalc.report.html import facts_html, network_html
from tests.helpers import chain, network_of, zoo_facts

VOID = {"br", "hr", "img"}


class Balanced(HTMLParser):
    """Checks that every element is closed, and gathers what is written in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parsed(html: str) -> Balanced:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def test_a_network() -> None:
    page = parsed(facts_html(zoo_facts("resnet50")))
    for text in ("25,557,032", "4,089,184,256", "Bottleneck_16.relu_3", "(25.6 M)"):
        assert text in page.texts
    assert page.tags == {
        "div", "p", "b", "table", "thead", "tbody", "tfoot", "tr", "th", "td",
    }  # fmt: skip


def test_everything_is_escaped() -> None:
    name = "<script>alert(1)</script>&\\\"'\\u202e"
    page = parsed(facts_html(chain("4x4x1", f'relu: {{name: "{name}"}}')))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>&\"'\\u202e" in page.texts


def test_a_long_network_is_cut_and_says_so() -> None:
    facts = chain("4x4x1", "conv: {filters: 1, kernel: 1, repeat: 1500}")
    page = parsed(facts_html(facts))
    assert "and 500 layers more" in page.texts
    assert "all 1,500 layers" in page.texts


def test_networks_and_facts_show_themselves() -> None:
    network = network_of("input: 4x4x1\nlayers: [relu]")
    assert network_html(network) == facts_html(chain("4x4x1", "relu"))
