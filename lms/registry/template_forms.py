"""What may be chosen on the page of a certificate's look."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import ColorField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from lms.credentials.look import LONGEST_LINE, MOST_SIGNATORIES, Look, Signatory
from lms.forms import Form

LINES = (("certification", "en"), ("certification", "es"), ("completion", "en"), ("completion", "es"))
LINE = {"maxlength": LONGEST_LINE, "autocomplete": "off"}


class LookForm(Form):
    """The look of an issuer's certificates for one scheme, or for all."""

    organisation_name = StringField(
        _("Name of the organisation as printed"), render_kw={"maxlength": 200, "autocomplete": "off"}
    )
    accent = ColorField(_("Main colour"))
    trim = ColorField(_("Second colour"))
    seal = RadioField(
        _("Seal on a certification"),
        choices=[
            SelectChoice("standard", _("The seal of the house")),
            SelectChoice("picture", _("A picture of our own")),
            SelectChoice("none", _("No seal")),
        ],
        validate_choice=False,
    )
    seal_file = FileField(_("Picture of the seal"), render_kw={"accept": "image/png,.png"})
    signatory_1_name = StringField(_("First signatory: name"), render_kw=LINE)
    signatory_1_title = StringField(_("First signatory: title"), render_kw=LINE)
    signatory_2_name = StringField(_("Second signatory: name"), render_kw=LINE)
    signatory_2_title = StringField(_("Second signatory: title"), render_kw=LINE)
    signatory_3_name = StringField(_("Third signatory: name"), render_kw=LINE)
    signatory_3_title = StringField(_("Third signatory: title"), render_kw=LINE)
    certification_en = StringField(_("Sentence of a certification, in English"), render_kw=LINE)
    certification_es = StringField(_("Sentence of a certification, in Spanish"), render_kw=LINE)
    completion_en = StringField(_("Sentence of a completion, in English"), render_kw=LINE)
    completion_es = StringField(_("Sentence of a completion, in Spanish"), render_kw=LINE)
    after = HiddenField()

    def fill(self, look: Look, version: int) -> None:
        """Show a look that is kept, of that version."""
        self.after.data = str(version)
        self.organisation_name.data, self.seal.data = look.organisation_name, look.seal
        self.accent.data, self.trim.data = look.accent, look.trim
        for at, one in enumerate(look.signatories, 1):
            self[f"signatory_{at}_name"].data, self[f"signatory_{at}_title"].data = one.name, one.title
        for kind, language, text in look.wording:
            self[f"{kind}_{language}"].data = text

    @property
    def look(self) -> Look:
        """What was chosen, still to be checked."""
        pairs = [(self[f"signatory_{at}_name"], self[f"signatory_{at}_title"]) for at in self.signatory_places]
        return Look(
            organisation_name=self.organisation_name.data or "",
            accent=self.accent.data or "",
            trim=self.trim.data or "",
            seal=self.seal.data,
            signatories=tuple(Signatory(name.data or "", title.data or "") for name, title in pairs),
            wording=tuple((kind, tongue, self[f"{kind}_{tongue}"].data or "") for kind, tongue in LINES),
        )

    @property
    def picture(self) -> bytes | None:
        """The uploaded picture."""
        return self.seal_file.data.read() if self.seal_file.data else None

    @property
    def version(self) -> int:
        """The version that the page showed; -1, which no version is, for anything but a number."""
        typed = self.after.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 9 else -1

    @property
    def signatory_places(self) -> range:
        """The places of signatories."""
        return range(1, MOST_SIGNATORIES + 1)
