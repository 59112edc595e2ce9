"""How a text is to read: its length, its tone, its words."""

from typing import Final

RULES: Final[tuple[tuple[str, str], ...]] = (
    (
        "SHORTER",
        (
            r"short(?:er|en(?:ed|ing)?)|condense[ds]?|trim(?:med)?|tighte(?:n|r)|(?:more "
            r")?concise|brief(?:er)?"
            r"|cut (?:it |this |the text )?(?:down|back)|less (?:wordy|verbose)|(?:too )?wordy"
            r"|tl;?dr"
            r"|to the"
            r" point|summari[sz]e|kürzer\w*|kürze[nr]?|gekürzt|straff\w*|knapp\w*|prägnant\w*"
            r"|auf den punkt|zusammenfassen|más (?:cort|brev|concis)\w*|concis[oa]|al punto"
            r"|fluff|filler(?: words)?|waffle|füllwörtern?|floskeln|geschwafel|relleno|paja"
            r"|ac[oó]rt\w+"
            r"|abrevia\w*|res[uú]m\w+|recort\w+|al grano"
        ),
    ),
    (
        "LONGER",
        (
            r"longer|lengthen|expand|elaborate|(?:add )?(?:some )?more (?:details?|depth|context"
            r"|substance)"
            r"|more detailed|extend(?:ed)?|flesh (?:it )?out|länger\w*|ausführlicher\w*"
            r"|verlänger\w*"
            r"|mehr"
            r" (?:details|tiefe|kontext)|ausbauen|más (?:larg[oa]|extens[oa]|detallad[oa]"
            r"|detalles?)"
            r"|alarg\w+|amplía\w*|ampliar|desarrolla\w*"
        ),
    ),
    ("SHORT", r"short|kurz|cort[oa]|breve"),
    ("LONG", r"long|lang|larg[oa]|extens[oa]"),
    (
        "FORMAL",
        (
            r"formal(?:er|ly|ity)?|formell\w*|förmlich\w*|professional(?:ly)?|profess?ionell\w*"
            r"|profesional"
            r"|serious|seriös\w*|seri[oa]|sachlich\w*|business(?:-| )?like|polite(?:r|ly)?"
            r"|höflich\w*"
            r"|corporate"
            r"|sie-form|per sie|siezen|de usted|usted|educad[oa]"
        ),
    ),
    (
        "CASUAL",
        (
            r"casual(?:ly)?|informal(?:ly)?|relaxed|friendl(?:y|ier)|conversational|laid-back"
            r"|chatty|personal"
            r"|human|warmer|locker\w*|lässig\w*|informell\w*|freundlich\w*|persönlich\w*"
            r"|umgangssprachlich\w*"
            r"|nahbar\w*|duzen|per du|du-form|cercan[oa]|coloquial|relajad[oa]|amigable"
            r"|desenfadad[oa]"
            r"|de tú|tutear|"
            r"tutea"
        ),
    ),
    ("STIFF", r"stiff|steif|rígid[oa]|acartonad[oa]|bürokratisch"),
    (
        "EXCITED",
        (
            r"enthusias(?:tic(?:ally)?|m)|excit(?:ed|ing|ement)|energ(?:y|etic)|upbeat|livel(?:y"
            r"|ier)"
            r"|passion(?:ate)?|punch(?:y|ier)|positive|happier|cheerful|begeister\w*"
            r"|enthusiastisch\w*|"
            r"energi(?:e|scher|sch|egeladen\w*)|lebendig\w*|lebhaft\w*|mitreißend\w*|schwungvoll\w*"
            r"|schwung|"
            r"peppig\w*|fröhlich\w*|euphorisch\w*|positiver|entusias(?:ta|mo)|emocionante|energía"
            r"|enérgic[oa]|"
            r"animad[oa]|alegre|apasionad[oa]|positiv[oa]"
        ),
    ),
    (
        "CALM",
        (
            r"calm(?:er)?|tone (?:it )?down|sober|understated|ruhiger\w*|nüchtern\w*|dezent\w*"
            r"|zurückhaltend\w*"
            r"|tranquil[oa]|sobri[oa]|moderad[oa]"
        ),
    ),
    (
        "SALESY",
        (
            r"salesy|pushy|hyp(?:e|ed|y)|promotional|werblich\w*|reißerisch\w*|aufdringlich\w*"
            r"|publicitari[oa]"
            r"|comercial"
        ),
    ),
    (
        "SIMPLE",
        (
            r"simpl(?:er|e|ify|ified)|easier(?: to (?:read|understand))?|easy(?: to (?:read"
            r"|understand))?"
            r"|clear(?:er)?|plain(?:er)?(?: (?:language|english))?|readable|einfach\w*(?! nur)"
            r"|verständlich\w*"
            r"|vereinfach\w*|leichter\w*|klarer\w*|simples?|simplific\w+|sencill[oa]|clar[oa]|fácil"
            r"(?: de (?:leer|entender))?"
        ),
    ),
    (
        "COMPLEX",
        (
            r"complicated|complex|jargon|technical|buzzwords?|kompliziert\w*|komplex\w*"
            r"|fachjargon|fachbegriffe?"
            r"|technisch\w*|complicad[oa]|complej[oa]|jerga|técnic[oa]|tecnicismos?"
        ),
    ),
    ("ENGAGING", r"engaging|interactive|interaktiv\w*|ansprechend\w*|engagement|interactiv[oa]"),
)
