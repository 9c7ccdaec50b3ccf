"""What a person reads (docs/mails.md; rules CONFIRM-50, CONFIRM-73, CONFIRM-91 and CONFIRM-125): subjects,
links, names, text."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.template.loader import get_template
from django.utils.html import conditional_escape

from kernel import db, ids
from kernel.events import MailRequested
from kernel.staff import fields
from notifications.handlers import send_mail
from notifications.management.commands.describe_mails import describe
from notifications.services import styles
from notifications.services.catalogue import CATALOGUE, DEFAULTS, SAMPLES, find_mail
from notifications.services.rendering import VariableMissing, render
from tests.cast import QuickClient

WEB = "http://127.0.0.1:8080"
BRANDS = {"dexcom": "Dexcom", "abbott": "FreeStyle Libre", "twiist": "twiist"}
CLAIM = f"{WEB}/login?signupEmail=ann%2Bt%40example.org&signupKey=k-1_Z"
INVITED = f"{WEB}/login?inviteEmail=ann%2Bt%40example.org"
VERIFY = "Verify your Tidepool account"
RESET = "Password reset for your Tidepool account"
CREATED = "New Tidepool Clinic account created"

# template -> subject, link: as docs/mails.md has them, filled with the values below.
VALUES = {
    "Email": "ann+t@example.org",
    "Key": "k-1_Z",
    "ClinicName": "North & Sons",
    "SourceClinicName": "Old Clinic",
    "TargetClinicName": "New Clinic",
    "ClinicianName": "Cleo Clinician",
    "CreatorName": "Cleo Clinician",
    "CareteamName": "Ann Person",
    "LegacyClinicianName": "Cleo Clinician",
    "FullName": "Ann Person",
    "PatientName": "Ann Person",
    "ProviderName": "dexcom",
    "RestrictedTokenId": "tok3n",
    "WebPath": "login",
    "Nickname": "Annie",
    "ReceiverHost": "receiver.example.org",
    "WebhookId": "6b09f5d3c72cce972de3a90d",
    "Reason": "the receiver answered 410 Gone",
}
PEOPLE = {"Ann", "Annie", "Cleo", "ann+t@example.org"}
EXPECTED = {
    "signup_confirmation": (VERIFY, CLAIM),
    "signup_clinic_confirmation": (VERIFY, CLAIM),
    "signup_custodial_confirmation": (VERIFY, CLAIM),
    "signup_custodial_clinic_confirmation": (
        "Diabetes Clinic Follow Up - Claim Your Account",
        CLAIM,
    ),
    "signup_custodial_new_clinic_experience_confirmation": (
        "North & Sons Follow Up - Claim your account and get started with Tidepool",
        CLAIM,
    ),
    "password_reset": (RESET, f"{WEB}/confirm-password-reset?resetKey=k-1_Z"),
    "no_account": (RESET, f"{WEB}/signup"),
    "careteam_invitation": ("Diabetes care team invitation", INVITED),
    "careteam_invitation_with_alerting": ("Diabetes care team invitation", INVITED),
    "clinician_invitation": ("Invitation to join North & Sons", INVITED),
    "patient_clinic_invitation": ("New Tidepool share invitation received", f"{WEB}/login"),
    "clinic_created": (CREATED, f"{WEB}/login"),
    "clinic_migration_complete": (CREATED, f"{WEB}/login"),
    "clinician_permissions_updated": (
        "Your Tidepool Clinician permissions have been updated",
        f"{WEB}/login",
    ),
    "webhook_switched_off": ("A webhook of North & Sons was switched off", None),
    "migrate_patient": ("Important: Updates to North & Sons access and data sharing", None),
    "patient_upload_reminder": ("Reminder to upload your data to Tidepool", f"{WEB}/login"),
    "clinic_merged_patient_notification": ("Update to a clinic you share data with", None),
    "clinic_merged_source_clinician_notification": (
        "Your clinic Old Clinic merged with New Clinic",
        None,
    ),
    "clinic_merged_target_admin_notification": (
        "Old Clinic merged with your clinic New Clinic",
        None,
    ),
}
for name, brand in BRANDS.items():
    oauth = f"{WEB}/v1/oauth/{name}/authorize?restricted_token=tok3n"
    follow = "North & Sons Follow Up -"
    account = "" if name == "abbott" else " Account"
    EXPECTED |= {
        f"request_{name}_connect": (
            f"{follow} Connect your {brand} Account to Tidepool",
            oauth,
        ),
        f"request_{name}_connect_custodial": (
            f"{follow} Connect your {brand} Account to Tidepool",
            oauth,
        ),
        f"request_{name}_reconnect": (
            f"{follow} Reconnect your {brand}{account} to Tidepool",
            oauth,
        ),
        f"reminder_{name}_connect_custodial": (
            f"{follow} Reminder to Connect your {brand} Account",
            oauth,
        ),
        f"device_issue_{name}_personal": (f"Reconnect your {brand} Account", oauth),
        f"device_issue_{name}_shared": (f"Action Needed - Reconnect your {brand} Account", oauth),
    }


def rendered(template, **changes):
    return render(CATALOGUE[template], VALUES | changes)


class Page(HTMLParser):
    """The parts of a document that matter to a mail client and a screen reader."""

    VOID = {"meta", "br", "img", "hr", "link"}

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.links, self.words, self.broken = [], [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(attributes.get("href"))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.broken.append(tag)

    def handle_data(self, data):
        if "style" not in self.open and "title" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def test_the_catalogue_holds_exactly_these_mails():
    assert set(CATALOGUE) == set(EXPECTED)


@pytest.mark.parametrize("template", EXPECTED)
def test_each_mail_has_its_subject_and_link(template):
    subject, link = EXPECTED[template]
    mail = rendered(template)
    assert mail.subject == subject
    links = set(Page(mail.html).links)
    assert links == ({link} if link else set())
    if link:
        assert f"\n{link}\n" in mail.text


@pytest.mark.parametrize("template", EXPECTED)
def test_the_subject_names_no_person(template):
    assert not [word for word in PEOPLE if word in rendered(template).subject]


@pytest.mark.parametrize("template", EXPECTED)
def test_the_text_part_says_all_that_the_html_part_says(template):
    mail = rendered(template)
    text = " ".join(re.sub(r"=+\n|\d\. ", "", mail.text).split())
    for paragraph in re.findall(r"<(?:h1|p|li|a)\b[^>]*>(.*?)</(?:h1|p|li|a)>", mail.html, re.S):
        words = Page(paragraph).text
        assert words.replace("  ", " ") in text
    assert "<" not in mail.text
    assert "Tidepool sends this message because" in mail.text
    assert max(len(line) for line in mail.text.splitlines() if "http" not in line) <= 76


@pytest.mark.parametrize("template", EXPECTED)
def test_values_are_escaped_and_never_become_markup(template):
    evil = dict.fromkeys(VALUES, '<script>alert("x")</script>')
    mail = render(CATALOGUE[template], VALUES | evil | {"WebPath": "login"})
    page = Page(mail.html)
    assert "script" not in [tag for tag, _ in page.tags]
    assert page.broken == []
    assert all("<" not in link and '"' not in link for link in page.links)


def test_a_rendered_mail_is_not_marked_as_safe_html():
    mail = rendered("request_dexcom_connect", PatientName="<b>")
    assert "&lt;b&gt;" in str(conditional_escape(mail.text))
    assert str(conditional_escape(mail.html)).startswith("&lt;!DOCTYPE")


def test_a_name_contains_no_link_and_no_header_line():
    mail = rendered("clinician_invitation", ClinicName="Win at http://evil.example\r\nBcc: x@y.z")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "http://evil.example" not in mail.html + mail.text
    assert "evil.example" not in mail.html + mail.text
    assert len(rendered("clinician_invitation", ClinicName="x" * 5000).subject) < 300


def test_the_dot_of_a_title_in_a_name_stays():
    assert (
        "Dr. Ann St. James"
        in rendered("careteam_invitation", CareteamName="Dr. Ann St. James").text
    )


@pytest.mark.parametrize(
    ("template", "absent", "instead"),
    [
        ("signup_custodial_new_clinic_experience_confirmation", "ClinicName", "Diabetes Clinic"),
        ("signup_custodial_clinic_confirmation", "CreatorName", "Clinician at your diabetes"),
        ("careteam_invitation", "CareteamName", "Tidepool User would"),
        ("clinician_permissions_updated", "ClinicianName", "Clinic administrator has changed"),
        ("device_issue_dexcom_shared", "FullName", "Hello,"),
        ("request_dexcom_connect", "PatientName", "Hello,"),
    ],
)
def test_an_absent_name_is_replaced_by_its_default(template, absent, instead):
    for value in ("", "  "):
        mail = rendered(template, **{absent: value})
        assert instead in " ".join(mail.text.split())
        assert "None" not in mail.subject + mail.text


@pytest.mark.parametrize(
    ("template", "missing"),
    [(mail.template, name) for mail in CATALOGUE.values() for name in mail.required],
)
def test_a_mail_without_a_variable_of_its_link_is_not_rendered(template, missing):
    with pytest.raises(VariableMissing):
        rendered(template, **{missing: ""})


def test_the_web_path_of_an_invitation_is_in_its_link():
    mail = rendered("clinician_invitation", WebPath="signup/clinician")
    assert f"{WEB}/signup/clinician?inviteEmail=ann%2Bt%40example.org" in mail.text


@pytest.mark.parametrize("template", EXPECTED)
def test_the_html_is_well_formed_and_accessible(template):
    mail = rendered(template)
    page = Page(mail.html)
    assert mail.html.startswith("<!DOCTYPE html>")
    assert page.broken == []
    assert page.open == []
    assert ("html", {"lang": "en", "dir": "ltr"}) in page.tags
    assert "<title>" in mail.html
    assert [tag for tag, _ in page.tags].count("h1") == 1
    for tag, attributes in page.tags:
        assert tag != "table" or attributes["role"] == "presentation"
        assert tag != "img" or attributes.get("alt")
        assert tag not in ("script", "link", "form", "iframe", "object")
        assert "src" not in attributes, "nothing is loaded from outside"
    assert "url(" not in mail.html
    assert "@import" not in mail.html


@pytest.mark.parametrize("palette", [styles.LIGHT, styles.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), styles.READ_ON)
def test_every_text_has_enough_contrast_to_its_background(palette, ink, paper):
    assert contrast(palette[ink], palette[paper]) >= 4.5


def test_only_colours_of_the_palette_are_used():
    used = set(re.findall(r"#[0-9a-f]{6}\b", rendered("clinic_created").html))
    assert used <= set(styles.LIGHT.values()) | set(styles.DARK.values())


def contrast(ink, paper):
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_bodies_use_only_declared_variables():
    for mail in CATALOGUE.values():
        source = Path(get_template(f"notifications/mails/{mail.body}.html").origin.name).read_text()
        used = set(re.findall(r"\{\{ (\w+) \}\}|\{% if (\w+) %\}", source))
        names = {name for pair in used for name in pair if name}
        assert names <= {*mail.variables, *mail.constants}, mail.template


def test_every_body_belongs_to_a_mail():
    folder = Path(get_template("notifications/mails/clinic_created.html").origin.name).parent
    assert {path.stem for path in folder.iterdir()} == {mail.body for mail in CATALOGUE.values()}


def test_every_default_is_used():
    assert set(DEFAULTS) <= {name for mail in CATALOGUE.values() for name in mail.variables}


def test_the_page_of_mails_is_current():
    assert (settings.BASE_DIR / "docs" / "mails.md").read_text() == describe()


def test_the_command_sends_a_test_mail(mailoutbox, capsys):
    call_command("send_test_mail", to="me@example.org", template="password_reset")
    assert [m.to for m in mailoutbox] == [["me@example.org"]]
    assert mailoutbox[0].subject == RESET
    assert mailoutbox[0].extra_headers["Message-ID"] in capsys.readouterr().out


# --- the preview for staff ---------------------------------------------------------------------------------------
@pytest.fixture
def browser(clean_state):
    """Someone with these staff roles, signed in."""

    def sign_in(*names):
        user = User.objects.create(username="-".join(names) or "nobody", is_staff=True)
        user.groups.set(Group.objects.filter(name__in=names))
        client = QuickClient()
        client.force_login(user)
        return client

    return sign_in


def test_staff_see_all_mails_and_each_as_html_and_text(browser):
    client = browser("viewer")
    listed = client.get("/admin/mails/").content.decode()
    assert all(f"/admin/mails/{template}/" in listed for template in CATALOGUE)
    for template, mail in CATALOGUE.items():
        page = client.get(f"/admin/mails/{template}/")
        assert page.status_code == 200
        html = render(mail, mail.sample).html
        frame = next(attrs for tag, attrs in Page(page.content.decode()).tags if tag == "iframe")
        assert frame["srcdoc"] == html
        assert frame["sandbox"] is None, "present and empty: no scripts, no forms, no navigation"
        assert "Tidepool sends this message because" in page.content.decode()


def test_previews_show_only_invented_people(browser):
    people = {"Mara Quill", "Pip Ferrow", "Juno Ashdown"}
    page = browser("viewer").get("/admin/mails/request_dexcom_connect/").content.decode()
    assert "Juno Ashdown" in page
    assert set(SAMPLES.values()) >= people


def test_the_preview_of_an_unknown_mail_is_not_found(browser):
    assert browser("viewer").get("/admin/mails/unknown/").status_code == 404


@pytest.mark.parametrize("path", ["/admin/mails/", "/admin/mails/password_reset/"])
def test_people_without_a_role_see_no_previews(path, browser):
    assert browser("auditor").get(path).status_code == 403
    assert QuickClient().get(path).status_code == 302


def test_staff_find_out_whether_someone_was_sent_a_mail(browser):
    event = ids.new_id()
    send_mail(
        MailRequested(event_id=str(event), recipient="dot@example.org", template="clinic_created")
    )
    client = browser("support")
    page = client.post("/admin/sent-mails/", {"address": " Dot@Example.org"}).content.decode()
    assert str(event) in page
    assert find_mail("clinic_created").purpose[1:] in page
    assert "/admin/mails/clinic_created/" in page
    pasted = client.post("/admin/sent-mails/", {"address": "Dot <dot@example.org>"})
    assert str(event) in pasted.content.decode()
    assert 'type="email"' not in page
    name = client.post("/admin/sent-mails/", {"address": "Mia"}).content.decode()
    assert fields.NO_WHOLE_ADDRESS in name
    other = client.post("/admin/sent-mails/", {"address": "eve@example.org"}).content.decode()
    assert "No mail to this address" in other
    looks = list(db.collection("auditEvents").find({"action": "mails.looked_up"}))
    assert len(looks) == 3
    assert "example.org" not in str(looks)


def test_only_roles_that_may_see_patients_find_out_who_was_sent_a_mail(browser):
    assert browser("viewer").post("/admin/sent-mails/", {"address": "a@b.org"}).status_code == 403
    assert "sent-mails" not in browser("configuration").get("/admin/mails/").content.decode()
