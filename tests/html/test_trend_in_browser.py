"""The site of trends as a person sees it: in Chromium, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from headless import DARK, LIGHT, show_at
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from support.trends import trend_of, walked_project

from harness.html import write_trend_site

NAME = "<script>window.attacked=1</script>"
THEMES = [LIGHT, DARK]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    return write_trend_site(trend_of(walked_project(folder, NAME)), folder / "site")


def test_a_reader_gets_from_the_index_to_the_pictures(browser: Chrome, site: Path) -> None:
    browser.get(site.as_uri())
    browser.find_element(By.LINK_TEXT, "stm32l475").click()
    assert browser.title == "Trends of stm32l475"
    (picture,) = browser.find_elements(By.CSS_SELECTOR, "main svg[role=img]")
    line, mark = (picture.find_element(By.CSS_SELECTOR, kind) for kind in ("path", ".mark"))
    assert line.size["height"] > 50
    assert line.size["width"] > 200
    assert mark.size["height"] > 5
    browser.find_element(By.LINK_TEXT, "All boards").click()
    assert browser.title == "Trends"
    assert browser.execute_script("return window.attacked") is None
    assert browser.get_log("browser") == []


def test_steps_sort_and_filter(browser: Chrome, site: Path) -> None:
    browser.get(site.as_uri())
    box = browser.find_element(By.ID, "filter-steps")
    box.send_keys("latency")
    assert browser.find_element(By.CSS_SELECTOR, "output[for=filter-steps]").text.startswith("1 of ")
    box.clear()
    heading = browser.find_element(By.XPATH, "//button[normalize-space()='after']")
    heading.click()
    shown = browser.find_elements(By.CSS_SELECTOR, "#steps tbody tr")
    values = [float(row.find_elements(By.TAG_NAME, "td")[4].get_attribute("data-value") or 0) for row in shown]
    assert values == sorted(values, reverse=True)
    assert len(values) > 1


@pytest.mark.parametrize("theme", THEMES)
def test_a_phone_needs_no_scrolling_sideways_in_either_theme(
    browser: Chrome, site: Path, theme: dict[str, object]
) -> None:
    show_at(browser, 360, 740, theme)
    for page in site.parent.glob("*.html"):
        browser.get(page.as_uri())
        wide = "return [document.documentElement.scrollWidth, window.innerWidth]"
        assert browser.execute_script(wide) == [360, 360], page.name
