"""Reports as a person sees them: in Chromium, by mouse and by keyboard, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from headless import DARK, LIGHT, show_at
from msgspec.structs import replace
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from support.session_records import layer_records, metered_run, run_record, tables_of, trace_record

from harness.html import ReportServer, render_html

LAYERS = "group-0-layers"


@pytest.fixture
def opened(browser: Chrome, page_url: str) -> Chrome:
    browser.get(page_url)
    return browser


def heading(browser: Chrome, name: str) -> WebElement:
    """The button that sorts the layers by the column `name`."""
    return browser.find_element(By.XPATH, f"//table[@id='{LAYERS}']//button[normalize-space()='{name}']")


def column(browser: Chrome, number: int) -> list[str]:
    """The shown cells of a column of the layers, from the top down."""
    rows = browser.find_elements(By.CSS_SELECTOR, f"#{LAYERS} tbody tr:not([hidden])")
    return [row.find_elements(By.TAG_NAME, "td")[number].text for row in rows]


def test_nothing_on_the_console(opened: Chrome) -> None:
    assert opened.title == "20260102T030405Z-0123456"
    assert opened.get_log("browser") == []


def test_every_picture_is_drawn(opened: Chrome) -> None:
    pictures = opened.find_elements(By.CSS_SELECTOR, "main svg")
    assert len(pictures) == 8  # accuracy, layers, classes, two memories, roofline, two arenas
    for picture in pictures:
        shapes = picture.find_elements(By.CSS_SELECTOR, "rect, circle")
        assert shapes
        assert all(shape.size["height"] > 0 for shape in shapes if shape.get_attribute("width") != "0.000%")
        assert picture.get_attribute("aria-label")


def test_a_column_of_numbers_sorts_from_the_largest_down_and_back(opened: Chrome) -> None:
    button = heading(opened, "MACs")
    button.click()
    macs = [int(text.replace(",", "")) for text in column(opened, 3)]
    assert macs == sorted(macs, reverse=True)
    assert len(set(macs)) > 2
    button.click()
    assert column(opened, 3)[0] == "0"
    assert button.find_element(By.XPATH, "..").get_attribute("aria-sort") == "ascending"


def test_the_keyboard_reaches_the_filter_and_sorts(opened: Chrome) -> None:
    box = opened.find_element(By.ID, f"filter-{LAYERS}")
    box.send_keys("softmax")
    assert column(opened, 1) == ["SOFTMAX"]
    assert opened.find_element(By.CSS_SELECTOR, f"output[for=filter-{LAYERS}]").text == "1 of 7"
    box.send_keys(Keys.BACKSPACE * 7)
    box.send_keys(Keys.TAB, Keys.TAB)  # past the region that scrolls
    for _ in range(2):
        if opened.switch_to.active_element.text.strip() == "kind":
            break
        opened.switch_to.active_element.send_keys(Keys.TAB)
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    kinds = column(opened, 1)
    assert kinds == sorted(kinds)
    assert len(kinds) == 7


def test_dark_and_light_are_readable(opened: Chrome) -> None:
    def brightness() -> tuple[int, int]:
        """Of ink and paper, 0 … 765."""
        colors = opened.execute_script("let s = getComputedStyle(document.body); return [s.color, s.backgroundColor]")
        ink, paper = (sum(int(part) for part in color[4:-1].split(",")) for color in colors)
        return ink, paper

    ink, paper = brightness()
    assert paper - ink > 500
    show_at(opened, 1200, 1000, DARK)
    ink, paper = brightness()
    assert ink - paper > 500


def test_a_phone_needs_no_scrolling_sideways(browser: Chrome, page_url: str) -> None:
    show_at(browser, 360, 740, LIGHT)
    browser.get(page_url)
    for details in browser.find_elements(By.TAG_NAME, "details"):
        browser.execute_script("arguments[0].open = true", details)
    wide = "return [document.documentElement.scrollWidth, window.innerWidth]"
    assert browser.execute_script(wide) == [360, 360]
    sizes = "return [...document.querySelectorAll('svg text')].map(t => parseFloat(getComputedStyle(t).fontSize))"
    assert min(browser.execute_script(sizes)) >= 11


def test_power_over_time_is_drawn_and_its_figures_unfold(browser: Chrome, tmp_path: Path) -> None:
    run = metered_run(run_record(), 20_000, 900)
    (tmp_path / "metered.html").write_text(render_html(tables_of(run, trace_record(run)), {}), "utf-8")
    browser.get((tmp_path / "metered.html").as_uri())
    figure = browser.find_element(By.CSS_SELECTOR, "figure.wide")
    frame, window, line = (figure.find_element(By.CSS_SELECTOR, name) for name in ("svg", "rect.room", "path.power"))
    middles = 0.75 * frame.size["width"]  # from that of the first point to that of the fourth
    assert line.size["width"] == pytest.approx(middles, abs=3)
    assert window.rect["y"] - 3 < line.rect["y"] < window.rect["y"] + window.rect["height"]
    figure.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    rows = [row.text.split() for row in figure.find_elements(By.CSS_SELECTOR, "tbody tr")]
    assert [row[0] for row in rows] == ["before", "64", "after"]
    assert browser.get_log("browser") == []


def test_hostile_names_run_nothing(browser: Chrome, tmp_path: Path) -> None:
    attack = "<img src=x onerror='window.attacked=1'><script>window.attacked=1</script></style>"
    run = replace(run_record(), suite=attack, message=attack, toolchain=attack)
    page = render_html(tables_of(run, replace(run, variant=f'"{attack}'), layers=layer_records(run)), {})
    (tmp_path / "hostile.html").write_text(page, "utf-8")
    browser.get((tmp_path / "hostile.html").as_uri())
    assert browser.execute_script("return window.attacked") is None
    assert browser.get_log("browser") == []
    assert attack in browser.find_element(By.TAG_NAME, "body").text


def test_served_sessions_open_from_their_list(browser: Chrome, server: ReportServer) -> None:
    browser.get(server.url)
    box = browser.find_element(By.ID, "filter-sessions")
    box.send_keys("20260101T010000Z")
    (link,) = [each for each in browser.find_elements(By.CSS_SELECTOR, "#sessions a") if each.is_displayed()]
    wanted = link.text
    link.click()
    assert browser.title == wanted
    assert browser.get_log("browser") == []
