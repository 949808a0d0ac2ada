"""Words that say little about the subject. Negation and question words are kept out: they change what is asked."""

STOP_WORDS = set(
    """
    ал алайда арқылы
    бар барлық біз бізге біздің бір бірақ бірге бойынша болады болған болса болып болу бұл
    ғана ғой
    да де дейін деген деп
    егер еді екен ең енді
    және жөнінде
    кейін
    мен менің мені маған мына
    о ол олар оған одан оны оның осы осындай
    өзі өзім
    сен сіз сізге сіздің сол сондай соң сонымен сияқты
    та тағы те тек туралы тұр
    үшін
    """.split()  # noqa: SIM905 - read as a list of words
)
