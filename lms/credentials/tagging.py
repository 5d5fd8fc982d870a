"""Pages that say what their parts are, for readers that do not see them. Pure.

ReportLab draws but does not tag. `TaggedCanvas` notes each part while it is drawn, as marked content; what is
drawn outside of one must be an artifact, as ISO 14289-1 (PDF/UA) asks. `finished` then writes the structure
tree, the metadata and the attachment with pikepdf. Made to PDF/UA-1 and PDF/A-3; not certified by anyone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

Box = tuple[float, float, float, float]
PROFILE = Path(__file__).parent / "srgb.icc"
LINK = "Link"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page in reading order: its role, and for a picture what it shows and where it is.

    `said` is the text of the part where its glyphs do not tell it, `page` counts from 0, `number` in its page,
    and `group` is the place of what it belongs to, as a row of a table, or -1.
    """

    role: str
    number: int
    alt: str = ""
    box: Box | None = None
    said: str = ""
    page: int = 0
    group: int = -1


@dataclass(frozen=True, slots=True)
class Group:
    """What holds parts or other groups: a Table, its rows; `inside` is the place of another group or -1."""

    role: str
    inside: int = -1


class TaggedCanvas(Canvas):
    """A canvas whose parts are noted in the order in which they are drawn, page after page."""

    _code: list[str]  # ReportLab's operators so far; its type stubs do not know of it.

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.parts: list[Part] = []
        self.groups: list[Group] = []
        self._page_at, self._open = 0, -1

    def showPage(self) -> None:
        """End the page; what is drawn next is on a new one."""
        super().showPage()
        self._page_at += 1

    @contextmanager
    def group(self, role: str) -> Iterator[None]:
        """Parts drawn inside belong together: Table, TR, L …"""
        before = self._open
        self.groups.append(Group(role, before))
        self._open = len(self.groups) - 1
        yield
        self._open = before

    @contextmanager
    def part(self, role: str, alt: str = "", box: Box | None = None, said: str = "") -> Iterator[None]:
        """What is drawn inside is one part with this role: H1, P, Figure, Link …"""
        number = sum(part.page == self._page_at for part in self.parts)
        one = Part(role, number, alt, box, said, self._page_at, self._open)
        self.parts.append(one)
        self._code.append(f"/{role} <</MCID {one.number}>> BDC")
        yield
        self._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside is decoration, which nobody needs to be told of."""
        self._code.append("/Artifact BMC")
        yield
        self._code.append("EMC")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF: the credential itself."""

    name: str
    description: str
    data: bytes
    kind: str = "application/vc+ld+json"


@dataclass(frozen=True, slots=True)
class Seal:
    """Where the signature goes: the name of its field and what a reader is told of it."""

    field: str
    words: str


def finished(
    drawn: bytes,
    parts: list[Part],
    *,
    title: str,
    author: str,
    language: str,
    made_on: date,
    attachment: Attachment | None = None,
    seal: Seal | None = None,
    groups: Sequence[Group] = (),
    more_attachments: Sequence[Attachment] = (),
) -> bytes:
    """The drawn pages with structure tree, metadata, colour profile, attachments and an empty signature field.

    The same arguments give the same bytes.
    """
    with pikepdf.open(BytesIO(drawn)) as pdf:
        _catalog(pdf, title, language)
        tree = _Tree(pdf)
        tree.add_parts(parts, groups)
        if seal is not None:
            tree.add_field(seal)
        tree.close()
        if attachment is not None:
            _attach(pdf, (attachment, *more_attachments), made_on)
        _describe(pdf, title, author, made_on)
        target = BytesIO()
        pdf.save(target, deterministic_id=True, linearize=False, min_version="1.7")
    return target.getvalue()


class _Tree:
    """The structure tree of a document; the signature field is on its first page."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf, self.pages = pdf, [page.obj for page in pdf.pages]
        self.page = self.pages[0]
        self.root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=self.root))
        self.children: list[pikepdf.Object] = []
        self.marked: list[list[pikepdf.Object]] = [[] for _ in self.pages]
        self.objects: list[tuple[int, pikepdf.Object]] = []

    def add_parts(self, parts: list[Part], groups: Sequence[Group]) -> None:
        links = [
            [one for one in page.get("/Annots", Array()) if one.get("/Subtype") == Name.Link]
            for page in self.pages
        ]
        places: dict[int, pikepdf.Object] = {}
        for part in parts:
            self.page = self.pages[part.page]
            element = self._element(part.role, self._group(part.group, groups, places))
            if part.role == "TH":
                element.A = Dictionary(O=Name.Table, Scope=Name.Column)
            element.K = part.number
            if part.alt:
                element.Alt = pikepdf.String(part.alt)
            if part.said:
                element.ActualText = pikepdf.String(part.said)
            if part.box is not None:
                element.A = Dictionary(O=Name.Layout, BBox=Array([round(edge, 2) for edge in part.box]))
            if part.role == LINK and links[part.page]:
                self._add_link(element, part, links[part.page].pop(0))
            self.marked[part.page].append(element)
        self.page = self.pages[0]

    def _group(
        self, place: int, groups: Sequence[Group], places: dict[int, pikepdf.Object]
    ) -> pikepdf.Object | None:
        """The element of a group, made with those that hold it when its first part comes."""
        if place < 0:
            return None
        if place not in places:
            one = groups[place]
            places[place] = self._element(one.role, self._group(one.inside, groups, places))
        return places[place]

    def _add_link(self, element: pikepdf.Object, part: Part, link: pikepdf.Object) -> None:
        reference = self.pdf.make_indirect(link) if not link.is_indirect else link
        reference.Contents = pikepdf.String(part.alt)
        reference.F = 4
        element.K = Array([part.number, self._reference(reference)])
        self._own(reference, element)

    def add_field(self, seal: Seal) -> None:
        """An empty signature field, made before signing so that the signer only fills it."""
        widget = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=pikepdf.String(seal.field),
                TU=pikepdf.String(seal.words),
                Rect=Array([0, 0, 0, 0]),
                F=132,
                P=self.page,
            )
        )
        if "/Annots" not in self.page:
            self.page.Annots = Array()
        self.page.Annots.append(widget)
        self.pdf.Root.AcroForm = self.pdf.make_indirect(Dictionary(Fields=Array([widget]), SigFlags=3))
        element = self._element("Form")
        element.K = self._reference(widget)
        element.Alt = pikepdf.String(seal.words)
        self._own(widget, element)

    def close(self) -> None:
        self.document.K = Array(self.children)
        self.root.K = self.document
        numbers = Array()
        for at, (page, marked) in enumerate(zip(self.pages, self.marked, strict=True)):
            numbers.append(at)
            numbers.append(Array(marked))
            page.StructParents = at
            page.Tabs = Name.S
        for key, element in self.objects:
            numbers.append(key)
            numbers.append(element)
        self.root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        self.root.ParentTreeNextKey = len(self.pages) + len(self.objects)
        self.pdf.Root.StructTreeRoot = self.root

    def _element(self, role: str, inside: pikepdf.Object | None = None) -> pikepdf.Object:
        parent = self.document if inside is None else inside
        element = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name(f"/{role}"), P=parent, Pg=self.page)
        )
        if inside is None:
            self.children.append(element)
        elif "/K" in inside:
            inside.K.append(element)
        else:
            inside.K = Array([element])
        return element

    def _reference(self, thing: pikepdf.Object) -> pikepdf.Object:
        return Dictionary(Type=Name.OBJR, Obj=thing, Pg=self.page)

    def _own(self, thing: pikepdf.Object, element: pikepdf.Object) -> None:
        key = len(self.pages) + len(self.objects)
        thing.StructParent = key
        self.objects.append((key, element))


def _catalog(pdf: pikepdf.Pdf, title: str, language: str) -> None:
    root = pdf.Root
    root.Lang = pikepdf.String(language)
    root.MarkInfo = Dictionary(Marked=True)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    profile = pdf.make_stream(PROFILE.read_bytes(), N=3)
    root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=pikepdf.String("sRGB"),
                Info=pikepdf.String("sRGB IEC61966-2.1"),
                DestOutputProfile=pdf.make_indirect(profile),
            )
        ]
    )
    pdf.docinfo["/Title"] = pikepdf.String(title)


def _attach(pdf: pikepdf.Pdf, attachments: Sequence[Attachment], made_on: date) -> None:
    """The files as associated files (PDF/A-3, 6.8), the credential first."""
    files = [(pikepdf.String(one.name), _file(pdf, one, made_on)) for one in attachments]
    in_order = sorted(files, key=lambda pair: str(pair[0]))
    names = Array([part for pair in in_order for part in pair])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))
    pdf.Root.AF = Array([file for _name, file in files])


def _file(pdf: pikepdf.Pdf, attachment: Attachment, made_on: date) -> pikepdf.Object:
    stream = pdf.make_stream(
        attachment.data,
        Type=Name.EmbeddedFile,
        Subtype=Name(f"/{attachment.kind}"),
        Params=Dictionary(Size=len(attachment.data), ModDate=pikepdf.String(_stamp(made_on))),
    )
    name = pikepdf.String(attachment.name)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=name,
            UF=name,
            Desc=pikepdf.String(attachment.description),
            AFRelationship=Name.Data,
            EF=Dictionary(F=stream, UF=stream),
        )
    )


def _describe(pdf: pikepdf.Pdf, title: str, author: str, made_on: date) -> None:
    stamp = _stamp(made_on)
    for key in ("/CreationDate", "/ModDate"):
        pdf.docinfo[key] = pikepdf.String(stamp)
    pdf.docinfo["/Author"] = pikepdf.String(author)
    subject = str(pdf.docinfo.get("/Subject", ""))
    creator, producer = str(pdf.docinfo.get("/Creator", "")), "ReportLab, pikepdf"
    pdf.docinfo["/Producer"] = pikepdf.String(producer)
    if "/Keywords" in pdf.docinfo:
        del pdf.docinfo["/Keywords"]
    text = _XMP.format(
        title=escape(title),
        author=escape(author),
        subject=escape(subject),
        creator=escape(creator),
        producer=escape(producer),
        at=f"{made_on.isoformat()}T00:00:00Z",
    )
    metadata = pdf.make_stream(text.encode(), Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.Metadata = pdf.make_indirect(metadata)


def _stamp(day: date) -> str:
    return f"D:{day:%Y%m%d}000000Z"


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
