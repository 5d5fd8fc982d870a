"""The printed words of a certificate in each language, its dates and its hours.

They are not taken from the page translations: what is printed on a certificate must not change when
a page is reworded, and drawing stays free of the web.
"""

from datetime import date

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "certification": "Certification",
        "completion": "Certificate of completion",
        "not_a_certification": "Training completed · not a certification",
        "certifies": "This certifies that",
        "states": "This states that",
        "has_met": "has met every requirement and holds the certification",
        "has_completed": "has completed the training",
        "training": "Training",
        "practice": "Practice",
        "examination": "Examination",
        "supervised": "under supervision",
        "of_supervision": "of supervision",
        "passed": "Passed",
        "self_paced": "at own pace",
        "live_remote": "live online",
        "in_person": "in person",
        "version": "Version",
        "issued": "Issued",
        "valid_until": "Valid until",
        "number": "Number",
        "status_word": "Status can change. The answer at the printed address is the one that counts.",
        "code_alt": "A QR code that opens the page where this number is checked",
        "check_at": "Check this number at",
        "offline": "Check without internet",
        "offline_alt": "A small QR code with a signed statement, which is checked without internet",
        "seal_field": "Electronic seal of the issuer",
        "seal_alt": "Seal of {}",
        "transcript": "Transcript",
        "not_the_certificate": "This transcript goes with the certificate of this number. It is none itself.",
        "credential": "Credential",
        "scheme": "Scheme",
        "by_mode": "Training by way of learning",
        "by_domain": "Training by subject",
        "way": "Way of learning",
        "domain": "Subject",
        "hours": "Hours",
        "all_hours": "All hours",
        "practice_and_supervision": "Practice and supervision",
        "what": "What",
        "practice_hours": "Practice under supervision",
        "supervision_hours": "Supervision received",
        "examinations": "Examinations",
        "result": "Result",
        "nothing_noted": "No hours or examinations are noted with this credential.",
        "page_of": "Page {} of {}",
        "advocacy": "Advocacy",
        "mentoring_education": "Mentoring and education",
        "recovery_wellness": "Recovery and wellness",
        "ethical_responsibility": "Ethical responsibility",
        "harm_reduction": "Harm reduction",
    },
    "es": {
        "certification": "Certificación",
        "completion": "Constancia de finalización",
        "not_a_certification": "Formación terminada · no es una certificación",
        "certifies": "Se certifica que",
        "states": "Se hace constar que",
        "has_met": "cumplió todos los requisitos y tiene la certificación",
        "has_completed": "terminó la formación",
        "training": "Formación",
        "practice": "Práctica",
        "examination": "Examen",
        "supervised": "con supervisión",
        "of_supervision": "de supervisión",
        "passed": "Aprobado",
        "self_paced": "a su ritmo",
        "live_remote": "en línea en vivo",
        "in_person": "en persona",
        "version": "Versión",
        "issued": "Emitido",
        "valid_until": "Válido hasta el",
        "number": "Número",
        "status_word": "El estado puede cambiar. Cuenta la respuesta en la dirección impresa.",
        "code_alt": "Un código QR que abre la página donde se comprueba este número",
        "check_at": "Compruebe este número en",
        "offline": "Comprobar sin internet",
        "offline_alt": "Un código QR pequeño con una declaración firmada, que se comprueba sin internet",
        "seal_field": "Sello electrónico del emisor",
        "seal_alt": "Sello de {}",
        "transcript": "Expediente",
        "not_the_certificate": "Este expediente acompaña al certificado de este número. Por sí solo no lo es.",
        "credential": "Credencial",
        "scheme": "Esquema",
        "by_mode": "Formación según la forma de aprender",
        "by_domain": "Formación por tema",
        "way": "Forma de aprender",
        "domain": "Tema",
        "hours": "Horas",
        "all_hours": "Todas las horas",
        "practice_and_supervision": "Práctica y supervisión",
        "what": "Qué",
        "practice_hours": "Práctica con supervisión",
        "supervision_hours": "Supervisión recibida",
        "examinations": "Exámenes",
        "result": "Resultado",
        "nothing_noted": "Con esta credencial no hay horas ni exámenes anotados.",
        "page_of": "Página {} de {}",
        "advocacy": "Defensa de derechos",
        "mentoring_education": "Mentoría y educación",
        "recovery_wellness": "Recuperación y bienestar",
        "ethical_responsibility": "Responsabilidad ética",
        "harm_reduction": "Reducción de daños",
    },
}

_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}


def long_date(day: date, language: str) -> str:
    """A date in full, e.g. `November 22, 2026` or `22 de noviembre de 2026`."""
    month = _MONTHS[language][day.month - 1]
    return f"{day.day} de {month} de {day.year}" if language == "es" else f"{month} {day.day}, {day.year}"


def hours(minutes: int, language: str) -> str:
    """Minutes as hours, e.g. `75.5 hours`; two decimals at most."""
    number = f"{minutes / 60:,.2f}".rstrip("0").rstrip(".")
    if language == "es":
        return f"{number} hora" if minutes == 60 else f"{number} horas"
    return f"{number} hour" if minutes == 60 else f"{number} hours"
