"""The structure of the page for screen readers: headings, paragraphs, tables. reportlab has no tags, but writes what
it is handed."""

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObject, PDFPage

_SCOPE = b"/A << /O /Table /Scope /%s >> "


class Element(PDFObject):
    """`scope`: what a heading cell is for, `Row` or `Column`. `texts`: its content, said where the page has it in
    another order."""

    __RefOnly__ = 1  # reportlab: written once, and referred to

    def __init__(self, kind: str, parent: "Element | None", page: int, scope: str = "") -> None:
        self.kind, self.parent, self.page, self.scope = kind, parent, page, scope
        self.texts: list[str] = []
        self.is_turned = False
        self.kids: list[Element | int] = []  # a number is marked content of the page

    def format(self, document: PDFDocument) -> bytes:
        kids = b" ".join(
            b"%d" % kid if isinstance(kid, int) else _reference(kid, document) for kid in self.kids
        )
        return b"<< /Type /StructElem /S /%s /P %s /Pg %s %s%s/K [%s] >>" % (
            self.kind.encode(),
            _reference(self.parent, document),
            _reference(document.Pages[self.page], document),
            _SCOPE % self.scope.encode() if self.scope else b"",
            b"/ActualText <%s> " % self._spoken() if self.is_turned else b"",
            kids,
        )

    def _spoken(self) -> bytes:
        return f"\ufeff{''.join(self.texts)}".encode("utf-16-be").hex().encode()


class Root(Element):
    """`marked`: for each page the elements of its marked content, by number."""

    def __init__(self) -> None:
        super().__init__("", None, 0)
        self.marked: list[list[Element]] = []

    def format(self, document: PDFDocument) -> bytes:
        kids = b" ".join(_reference(kid, document) for kid in self.kids)
        pages = b" ".join(
            b"%d [%s]" % (number, b" ".join(_reference(element, document) for element in elements))
            for number, elements in enumerate(self.marked)
        )
        return b"<< /Type /StructTreeRoot /K [%s] /ParentTree << /Nums [%s] >> >>" % (kids, pages)

    def attach(self, document: PDFDocument) -> None:
        document.Catalog.StructTreeRoot = self
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        for number, page in enumerate(document.Pages.pages):
            _set_structure(page, number)


def _set_structure(page: PDFPage, number: int) -> None:
    """reportlab writes only the entries that it knows."""
    page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
    page.StructParents, page.Tabs = number, "/S"


def _reference(thing: PDFObject, document: PDFDocument) -> bytes:
    """Kept, because each element is named three times."""
    if not hasattr(thing, "reference"):
        thing.reference = document.Reference(thing).format(document)
    return thing.reference  # type: ignore[no-any-return]
