"""The statements that people make here, by id and version. A changed text is a new version, never an edit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One statement: its title and its paragraphs, by language."""

    title: dict[str, str]
    paragraphs: dict[str, tuple[str, ...]]
    seen_by: dict[str, str]

    def title_in(self, language: str) -> str:
        """The title in this language, in English where there is none."""
        return self.title.get(language, self.title["en"])

    def paragraphs_in(self, language: str) -> tuple[str, ...]:
        """The paragraphs in this language, in English where there are none."""
        return self.paragraphs.get(language, self.paragraphs["en"])

    def seen_by_in(self, language: str) -> str:
        """Who sees that the statement was made."""
        return self.seen_by.get(language, self.seen_by["en"])


TEXTS: dict[tuple[str, int], Text] = {
    ("code-of-ethics", 1): Text(
        title={"en": "Code of ethics", "es": "Código de ética"},
        paragraphs={
            "en": (
                "I will treat each person I serve with respect, and as the expert on their own life.",
                "I will share my own story only when it helps the other person.",
                "I will support choice. I will not diagnose, give medical advice, push or threaten.",
                "I will keep private what people tell me, and say early when the law sets a limit to that.",
                "I will not start a romantic, sexual or business relation with a person I serve.",
                "I will not take gifts or money beyond my pay, and I will not use my role for my own gain.",
                "I will be honest in my records: my hours, my training and my work are as I write them.",
                "I will look after my own wellness, and ask for help when I need it.",
                "I will speak up, kindly and soon, when I see harm.",
                "I have read this code. I will follow it, and I will ask when I am not sure.",
            ),
            "es": (
                "Trataré con respeto a cada persona a la que sirvo, como experta en su propia vida.",
                "Contaré mi historia solo cuando ayude a la otra persona.",
                "Apoyaré sus decisiones. No haré diagnósticos, no daré consejos médicos, no presionaré "
                "ni amenazaré.",
                "Guardaré en privado lo que la gente me cuenta, y diré pronto cuándo la ley pone un límite.",
                "No empezaré una relación amorosa, sexual o de negocios con una persona a la que sirvo.",
                "No aceptaré regalos ni dinero fuera de mi pago, ni usaré mi papel para mi provecho.",
                "Seré honesto u honesta en mis registros: mis horas, mi formación y mi trabajo son como "
                "los escribo.",
                "Cuidaré mi propio bienestar y pediré ayuda cuando la necesite.",
                "Hablaré, con amabilidad y pronto, cuando vea un daño.",
                "He leído este código. Lo cumpliré y preguntaré cuando tenga dudas.",
            ),
        },
        seen_by={
            "en": "Your training organisation and the certifying body see that you agreed, and when.",
            "es": "Su organización de formación y el organismo certificador ven que usted aceptó, y cuándo.",
        },
    ),
    ("supervised-work", 1): Text(
        title={"en": "What my sign-off means", "es": "Qué significa mi firma"},
        paragraphs={
            "en": (
                "When I sign practice hours, I say that I supervised this work or know it from the site.",
                "I say that the entries are true as far as I know: the day, the time and the kind of work.",
                "I sign only for people I supervise, and never for myself or a relative.",
                "When I find that something I signed is wrong, I say so at once.",
                "I know that a certifying body may ask me about what I signed.",
            ),
            "es": (
                "Cuando firmo horas de práctica, digo que supervisé este trabajo o que lo conozco por el "
                "lugar de práctica.",
                "Digo que los registros son ciertos hasta donde sé: el día, el tiempo y el tipo de trabajo.",
                "Firmo solo por personas a las que superviso, nunca por mí ni por un familiar.",
                "Cuando descubro que algo que firmé está mal, lo digo enseguida.",
                "Sé que un organismo certificador puede preguntarme por lo que firmé.",
            ),
        },
        seen_by={
            "en": "The people whose hours you sign, your organisation and the certifying body see it.",
            "es": "Lo ven las personas cuyas horas usted firma, su organización y el organismo certificador.",
        },
    ),
}


def newest(text_id: str) -> int | None:
    """The newest version of a statement, or None when there is no such statement."""
    return max((version for known, version in TEXTS if known == text_id), default=None)
