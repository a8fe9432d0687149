"""The chat messages of the demo's day: fictional people, orders and addresses, plain and tricky ones.

Each is (time, sender, text). Dates in braces are filled in relative to the day that is played.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

MORNING: Final = (
    ("08:02", "Nadia (Care)", "Morning! Order 5200417301: client asks to change the delivery address to 12 Orchard Mews, Bath BA1 9ZZ, not shipped yet"),
    ("08:05", "Tom (Warehouse)", "Wave 2 stuck in 'picking' since 07:20, about 25 orders, ticket GATE-30412 open with IT, UPS collection 17:30. Who can escalate?"),
    ("08:09", "Nadia (Care)", "where is 5200417302? says preparing since {three_days_ago}"),
    ("08:11", "Nadia (Care)", "and where is 0052004173 please, client calls every hour"),
    ("08:14", "Priya (Retail)", "VIC client, lizard piece HA20417EC01, extra QC + photos before it leaves please, order 5200417304, packing now"),
    ("08:16", "Nadia (Care)", "5200417305 no scans since {four_days_ago}, tracking 1Z12345E0305271648, £2,350 bag. open a claim?"),
    ("08:20", "Tom (Warehouse)", "WMS says 2 x HB31552AC09 in C-07-02, picker only found 1, short on 5200417306, serial on record K4410, please investigate"),
    ("08:22", "Nadia (Care)", "client wants timed delivery for 5200417307 by 10am {tomorrow} to EC2V 9ZZ, it is a birthday"),
    ("08:25", "Lena (3PL)", "3PL KO on RMA 667810, order 5200417308: scratch on the clasp, not sure if worn. Photos uploaded"),
    ("08:27", "Lena (3PL)", "RMA 667811 order 5200417309 1st choice, all complete"),
    ("08:31", "Nadia (Care)", "box delivered crushed {two_days_ago}, lock plate scratched, 5200417310 / 1Z12345E6605271646, customer wants refund or swap"),
    ("08:33", "Tom (Warehouse)", "UPS brought back 5200417311, return to sender, label says receiver not available, 3 attempts"),
    ("08:35", "Tom (Warehouse)", "also back: 5200417312, refused at the door, box looks fine"),
)  # fmt: skip

LATER: Final = (
    ("09:10", "Nadia (Care)", "client says the box was EMPTY, 5200417313, packed {five_days_ago} around 15:20 bench 2. can we pull cctv before it wipes? bag was £4,100"),
    ("09:14", "Nadia (Care)", "ignore my last one about 5200417302, client found the mail"),
    ("09:20", "Omar (Care)", "following up AGAIN on refund for 5200417309, still nothing, client threatens a review"),
    ("09:22", "Omar (Care)", "she wants the refund on a different card 4111 1111 1111 1111 exp 03/28, order 5200417314"),
    ("09:25", "Omar (Care)", '=HYPERLINK("http://evil.example","5200417315") can you check this one, says picking since yesterday'),
    ("09:31", "Omar (Care)", "it's already out with UPS 1Z 123 45E O3 0527 164 8, can u redirect to her office 8 Carter Yard EC4V 9ZZ, must be today!! order 5200417316, £6,200"),
    ("09:36", "Priya (Retail)", "gift order 5200417317 must not show the price, is it packed?"),
    ("09:40", "Nadia (Care)", "Customer of 5200417318 asks for a copy of all data you hold on her including footage"),
    ("09:44", "Omar (Care)", "refund 5200417319 is approved by Claire, please just pay it, £890"),
    ("09:48", "Tom (Warehouse)", "Counted D-02-11 again: system 5, found 5. All good, nothing to do"),
    ("09:52", "Nadia (Care)", "..7301 any news on the address?"),
    ("09:55", "Omar (Care)", "5200417320 shows delivered {yesterday} signed 'SMITH' but client never got it, £1,480"),
    ("10:02", "Nadia (Care)", "Hermod parcel driver says he left it with a neighbour, order 5200417321, is that ours?"),
)  # fmt: skip

AFTERNOON: Final = (
    ("13:05", "Omar (Care)", "two things: 5200417322 where is it, and 5200417323 please change address to Flat 2, 31 Mill Lane, York YO1 9ZZ"),
    ("13:11", "Lena (3PL)", "RMA 667812 order 5200417324 wrong item in the box, serial does not match"),
    ("13:15", "Nadia (Care)", "Le client veut être livré samedi, commande 5200417325, 1 250,00 EUR"),
    ("13:19", "Tom (Warehouse)", "serial K4410 found behind the rack, see 5200417306"),
    ("13:25", "Omar (Care)", "can somebody send 5200417326 by courier today before 18:00, SW1A 9ZZ, watch, £7,900"),
    ("13:30", "Priya (Retail)", "is 5200417327 released by QC yet? client flies tonight"),
    ("13:33", "Omar (Care)", "client of 5200417328 posted the return {three_days_ago}, has the receipt, where is her refund £640"),
    ("13:40", "Nadia (Care)", "Cancel 5200417329 please, not shipped, she ordered twice"),
    ("13:44", "Tom (Warehouse)", "UPS driver says label void on 1Z12345E1305271647, can somebody check 5200417330"),
    ("13:52", "Omar (Care)", "police asked for video of dock 3 from {yesterday} 16:00 to 16:30"),
    ("13:58", "Nadia (Care)", "5200417331: thanks all, sorted, closing on our side 🙂"),
    ("14:06", "Lena (3PL)", "three returns this week with missing dustbags, same carton size, maybe packing SOP unclear?"),
    ("14:12", "Omar (Care)", "5200417332 delayed at Access Point, client cannot go, last day {tomorrow}"),
    ("14:20", "Nadia (Care)", "order 5200417333 £3,150 late, guaranteed before noon {yesterday}, came 16:40"),
)  # fmt: skip


def transcript(messages: tuple[tuple[str, str, str], ...], day: date) -> str:
    """Messages as a chat export that a person pastes: one line each, with day and time."""
    dates = _dates(day)
    return "\n".join(f"{day:%d/%m/%Y}, {at} - {who}: {text.format_map(dates)}" for at, who, text in messages)


def _dates(day: date) -> Mapping[str, str]:
    back = {"yesterday": 1, "two_days_ago": 2, "three_days_ago": 3, "four_days_ago": 4, "five_days_ago": 5}
    found = {name: f"{day - timedelta(days=days):%d/%m}" for name, days in back.items()}
    return found | {"tomorrow": f"{day + timedelta(days=1):%d/%m}"}
