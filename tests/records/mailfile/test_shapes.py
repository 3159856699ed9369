"""Mails as the programs of the world write them: text, names and parts arrive, nothing is lost."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from rathaus.records import mailfile
from rathaus.records.mailfile import Mail

pytestmark = pytest.mark.one_database
HEAD = "From: Harm Janßen <harm@example.org>\r\nTo: rathaus@wiesmoor.example\r\nSubject: Hund\r\n"
GREETING = "Schöne Grüße aus Wiesmoor"


def raw(head: str, body: str | bytes = b"") -> bytes:
    """A mail by hand, with the line ends of the network."""
    lines = head if head.endswith("\r\n") else head + "\r\n"
    text = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return lines.encode() + b"\r\n" + text


def parts(*bodies: bytes, kind: str = "mixed", mark: str = "b1", head: str = HEAD) -> bytes:
    """A container; each body is a part with its own head."""
    line = f"--{mark}".encode()
    glued = b"".join(line + b"\r\n" + one + b"\r\n" for one in bodies)
    return raw(f'{head}Content-Type: multipart/{kind}; boundary="{mark}"\r\n', glued + line + b"--")


def read(content: bytes) -> Mail:
    return mailfile.read_eml(content)


def named(header: str, kind: str = "application/pdf") -> str:
    """The name under which a part with this Content-Disposition arrives."""
    one = raw(f"Content-Type: {kind}\r\nContent-Disposition: attachment; {header}", b"%PDF-1.7")
    (found,) = read(parts(one)).attachments
    assert found.content == b"%PDF-1.7"
    return found.name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("filename=brief.pdf", "brief.pdf"),
        ("filename=Brief ans Amt.pdf", "Brief ans Amt.pdf"),
        ('filename="=?iso-8859-1?Q?Gr=FC=DFe.pdf?="', "Grüße.pdf"),  # Outlook
        ("filename==?UTF-8?B?R3LDvMOfZS5wZGY=?=", "Grüße.pdf"),  # T-Online webmail
        ("filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),  # Gmail, Thunderbird
        ("filename*=utf-8''Gr%FC%DFe.pdf", "Grüße.pdf"),  # and with the wrong label
        ("filename*0*=UTF-8''Gr%C3%BC; filename*1*=%C3%9Fe; filename*2=.pdf", "Grüße.pdf"),
        ("filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ('filename="Grüße.pdf"', "Grüße.pdf"),  # RFC 6532
        (
            'filename="=?UTF-8?Q?Gr=C3?=\r\n =?UTF-8?Q?=BC=C3=9Fe.pdf?="',
            "Grüße.pdf",
        ),  # cut a letter
        ('filename="../../etc/passwd"', "etc-passwd"),
        ('filename="C:\\\\Users\\\\x\\\\brief.pdf"', "C-Users-x-brief.pdf"),
        ('filename="rechnung\u202efdp.exe"', "rechnung-fdp.exe"),
        ("filename*0*=x''a; filename*99999999999999=b", "ab"),
        ('filename=""', "anhang-1.pdf"),
        ("", "anhang-1.pdf"),
        ('filename="' + "a" * 500 + '.pdf"', "a" * 196 + ".pdf"),
    ],
)
def test_names_of_attachments(header: str, name: str) -> None:
    assert named(header) == name


def test_a_name_in_latin_letters_without_any_label() -> None:
    head = HEAD.encode() + b'Content-Type: application/pdf; name="Gr\xfc\xdfe.pdf"\r\n\r\n%PDF'
    (found,) = read(head).attachments
    assert (found.name, found.content) == ("Grüße.pdf", b"%PDF")


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe_aus?= Wiesmoor", "Grüße aus Wiesmoor"),
        (b"=?utf-8?b?R3LDvA==?= =?utf-8?b?w59l?=", "Grüße"),
        (b"=?utf-8?b?R3LD?=\r\n =?utf-8?b?vMOfZQ?=", "Grüße"),  # cut inside of a letter, no padding
        (b"=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?us-ascii?q?Gr=FC=DFe?=", "Grüße"),
        (b"=?unbekannt?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?idna?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b"Re: =?utf-8?q?kaputt", "Re: =?utf-8?q?kaputt"),
        (b"a\r\n\tb", "a b"),
    ],
)
def test_subjects(field: bytes, subject: str) -> None:
    assert read(b"From: a@b.de\r\nSubject: " + field + b"\r\n\r\nText").subject == subject


def test_people_cannot_hide_behind_a_name() -> None:
    found = read(raw("From: =?utf-8?q?amt=40wiesmoor.de_=3Cx=40y.de=3E?= <boese@example.org>\r\n"))
    assert mailfile.address_of(found.sender) == "boese@example.org"
    found = read(raw('From: "Müller, Käthe" <k@example.org>\r\nCc: a@b.de, B <c@d.de>\r\n'))
    assert (found.sender, found.cc) == ('"Müller, Käthe" <k@example.org>', "a@b.de, B <c@d.de>")
    assert read(raw("Sender: a@b.de\r\nTo: undisclosed-recipients:;\r\n")).sender == "a@b.de"


@pytest.mark.parametrize(
    ("label", "raw_text"),
    [
        ("iso-8859-1", GREETING.encode("latin-1")),
        ("iso-8859-1", GREETING.encode()),  # says Latin, is UTF-8
        ("utf-8", GREETING.encode("cp1252")),  # says UTF-8, is Windows
        ("us-ascii", GREETING.encode()),
        ("unbekannt", GREETING.encode()),
        ("punycode", GREETING.encode()),
        ("utf-16", GREETING.encode("utf-16")),
        ('"UTF-8"', GREETING.encode()),
    ],
)
@pytest.mark.parametrize("how", ["8bit", "base64", "quoted-printable", "falsch"])
def test_the_charset_is_what_the_bytes_say(label: str, raw_text: bytes, how: str) -> None:
    import quopri

    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
    sent = body.get(how, bytes)(raw_text)
    if b"\0" in sent and how not in body:
        sent, how = base64.encodebytes(raw_text), "base64"
    head = f"{HEAD}Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: {how}"
    assert read(raw(head, sent)).text == GREETING


def test_windows_letters_under_the_name_of_latin() -> None:
    head = HEAD + "Content-Type: text/plain; charset=iso-8859-1"
    assert read(raw(head, b"\x8450 \x80\x93")).text == "„50 €“"
    japanese = "日本".encode("iso-2022-jp")
    assert read(raw(HEAD + "Content-Type: text/plain; charset=us-ascii", japanese)).text == "日本"


def test_lines_that_flow_are_one_paragraph() -> None:
    body = "Sehr geehrte \nDamen und Herren,\n\n> gefragt \n> wurde\n-- \nHarm\n From hier"
    found = read(raw(HEAD + "Content-Type: text/plain; format=flowed", body)).text
    assert found.split("\n") == [
        "Sehr geehrte Damen und Herren,", "", "> gefragt wurde", "-- ", "Harm", "From hier",
    ]  # fmt: skip
    glued = read(raw(HEAD + "Content-Type: text/plain; format=flowed; delsp=yes", "Donau \nschiff"))
    assert glued.text == "Donauschiff"


def test_a_footer_does_not_hide_the_letter() -> None:
    """Mailing lists and scanners add plain text below an HTML mail."""
    html = raw("Content-Type: text/html; charset=utf-8", "<p>Der Brief</p>")
    found = read(parts(html, raw("Content-Type: text/plain", "Auf Viren geprüft")))
    assert found.text == "Der Brief\n\nAuf Viren geprüft"


def test_apple_mail_puts_text_around_its_attachments() -> None:
    pdf = raw("Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: inline", b"%PDF")
    found = read(parts(raw("", "Oben"), pdf, raw("", "Unten")))
    assert (found.text, [one.name for one in found.attachments]) == ("Oben\n\nUnten", ["a.pdf"])


def test_plain_text_counts_unless_it_says_next_to_nothing() -> None:
    def both(plain: str, html: str) -> str:
        first = raw("Content-Type: text/plain; charset=utf-8", plain)
        second = raw("Content-Type: text/html; charset=utf-8", html)
        amp = raw("Content-Type: text/x-amp-html", "<html amp4email>x</html>")
        found = read(parts(first, amp, second, kind="alternative"))
        assert not found.attachments
        return found.text

    assert both("Guten Tag", "<b>Guten</b> Tag") == "Guten Tag"
    assert both(" ", "<p>Nur hier</p>") == "Nur hier"
    assert both("Ihr Programm zeigt kein HTML.", f"<p>{'Wort ' * 200}</p>").count("Wort") == 200


def test_a_container_without_its_line_is_read_all_the_same() -> None:
    inside = "--xyz\nContent-Type: text/plain\n\nDer Text\n--xyz\n" \
        "Content-Type: application/pdf; name=a.pdf\n\n%PDF\n--xyz--\n"  # fmt: skip
    for kind in ("multipart/mixed", 'multipart/mixed; boundary="falsch"'):
        found = read(raw(f"{HEAD}Content-Type: {kind}", inside))
        assert found.text == "Der Text", kind
        assert [(one.name, one.content) for one in found.attachments] == [("a.pdf", b"%PDF")]
    lost = read(raw(HEAD + "Content-Type: multipart/mixed", "Nur ein Text"))
    assert lost.text == "Nur ein Text"
    cut = read(parts(raw("", "Anfang"))[:-6])
    assert cut.text == "Anfang"


def test_a_mail_inside_keeps_its_bytes_and_may_be_encoded() -> None:
    long_line = "X-Lang: " + "Wort " * 60
    inner = raw(f"From: a@b.de\r\nSubject: Innen\r\n{long_line.rstrip()}\r\n", "From hier\nEnde")
    plain = b"Content-Type: message/rfc822\r\n\r\n" + inner
    packed = raw(
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64",
        base64.encodebytes(inner),
    )
    for one in (plain, packed):
        (found,) = read(parts(one)).attachments
        assert (found.content, found.name) == (inner, "anhang-1.eml")
    deep = inner
    for number in range(3):
        deep = parts(b"Content-Type: message/rfc822\r\n\r\n" + deep, mark=f"m{number}")
    for _ in range(3):
        deep = read(deep).attachments[0].content
    assert read(deep).subject == "Innen"


def test_a_bounce_and_a_receipt_arrive_with_all_their_parts() -> None:
    said = raw("", "Ihre Nachricht konnte nicht zugestellt werden.")
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n" \
        b"Final-Recipient: rfc822; weg@example.org\r\nStatus: 5.1.1\r\n"  # fmt: skip
    heads = b"Content-Type: text/rfc822-headers\r\n\r\nSubject: Alt\r\n"
    found = read(parts(said, status, heads, kind="report"))
    assert "nicht zugestellt" in found.text
    first, second = found.attachments
    assert b"Reporting-MTA: dns; mx" in first.content
    assert b"Status: 5.1.1" in first.content
    assert (first.name, second.name) == ("anhang-2.txt", "anhang-3.txt")
    assert b"Subject: Alt" in second.content
    receipt = b"Content-Type: message/disposition-notification\r\n\r\nDisposition: manual\r\n"
    (one,) = read(parts(said, receipt, kind="report")).attachments
    assert b"Disposition: manual" in one.content


def test_an_invitation_arrives_as_a_calendar_file() -> None:
    ics = raw("Content-Type: text/calendar; method=REQUEST", "BEGIN:VCALENDAR\nEND:VCALENDAR")
    found = read(parts(raw("", "Kommen Sie?"), ics, kind="alternative"))
    assert (found.text, found.attachments[0].name) == ("Kommen Sie?", "anhang-2.ics")


def test_many_empty_and_too_many_attachments_are_counted() -> None:
    message = EmailMessage()
    message["From"] = "a@b.de"
    message.set_content("Text")
    for number in range(60):
        message.add_attachment(b"x" * number, maintype="image", subtype="png", filename="bild.png")
    found = read(message.as_bytes())
    assert [len(one.content) for one in found.attachments] == list(range(60))
    assert found.left_out == 0
    many = read(parts(*[raw("Content-Type: image/png", b"x")] * (mailfile.MAX_PARTS + 3)))
    assert (len(many.attachments), many.left_out) == (mailfile.MAX_PARTS, 3)
    deep = raw("", "tief")
    for number in range(30):
        deep = parts(deep, mark=f"t{number}", head="")
    assert read(b"From: a@b.de\r\n" + deep).left_out == 1


def test_pictures_of_the_text_are_told_from_attached_ones() -> None:
    html = raw("Content-Type: text/html", '<img src="cid:1">Hallo')
    logo = raw("Content-Type: image/png; name=logo.png\r\nContent-ID: <1>", b"png")
    photo = raw("Content-Type: image/jpeg\r\nContent-Disposition: attachment", b"jpg")
    found = read(parts(html, logo, photo, kind="related"))
    assert [(one.name, one.inline) for one in found.attachments] == [
        ("logo.png", True), ("anhang-3.jpg", False),
    ]  # fmt: skip


def test_text_that_came_as_a_file_is_text_if_there_is_no_other() -> None:
    only = raw(HEAD + 'Content-Type: text/plain; name="text.txt"', "Als Datei")
    found = read(only)
    assert (found.text, found.attachments[0].name) == ("Als Datei", "text.txt")


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"From x Sat Nov 28\n", b"\n"])
def test_what_stands_before_the_head_is_passed_over(before: bytes) -> None:
    found = read(before + raw(HEAD, "Text"))
    assert (found.subject, found.text) == ("Hund", "Text")


def test_an_exported_mail_in_wide_letters() -> None:
    assert read(raw(HEAD, "Grüße").decode().encode("utf-16")).text == "Grüße"


def test_no_head_is_no_mail() -> None:
    for content in (b"", b"\r\n\r\n", b"nur Text"):
        with pytest.raises(mailfile.NotAMail):
            read(content)
