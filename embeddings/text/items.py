"""What an item of a list begins with: a bullet, or a number such as "2.", "(a)", "iv)", "2.1" or "§ 4"."""

from __future__ import annotations

BULLET = r"[-*+•‣◦▪●○·–—]"
NUMBER = r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,4}\.?|§ ?\d{1,4})"
ITEM = rf"(?:{BULLET}|{NUMBER}|\[[ xX]?\])"
