"""Names as they are given in many places; a given name goes with a family name of the same one."""

from __future__ import annotations

from typing import NamedTuple


class Culture(NamedTuple):
    """Given and family names that belong together."""

    given: tuple[str, ...]
    family: tuple[str, ...]


def _of(given: str, family: str) -> Culture:
    return Culture(*(tuple(name.strip() for name in names.split(",")) for names in (given, family)))


LATIN = _of(
    "Alejandra, Andrés, Beatriz, Camila, Carlos, Daniela, Diego, Elena, Esteban, Fernando, Gabriela,"
    " Guadalupe, Héctor, Isabel, Javier, José Luis, Juana, Lucía, Luis Ángel, Marisol, Mateo,"
    " Miguel Ángel, Paola, Rafael, Rosa María, Santiago, Silvia, Valeria, Ximena, Yolanda",
    "Aguilar, Campos, Cárdenas, Castillo, Contreras, Cruz, Delgado, Domínguez, Espinoza, Fuentes,"
    " Guzmán, Herrera, Jiménez, Luna, Mendoza, Morales, Navarro, Núñez, Ortiz, Paredes, Peña,"
    " Ramírez, Reyes, Ríos, Rojas, Salazar, Soto, Treviño, Vargas, Vega",
)
CULTURES = (
    _of("Aaliyah, Darius, Ebony, Imani, Jamal, Jasmine, Keisha, Latoya, Malik, Marcus, Nia, Shanice,"
        " Tamika, Tyrone",
        "Banks, Brooks, Carter, Coleman, Ellis, Grant, Jackson, Palmer, Robinson, Simmons, Turner,"
        " Washington"),
    _of("Brandon, Caleb, Callum, Chloe, Emily, Fiona, Grace, Hannah, Liam, Quinn, Rebecca, Zoë",
        "Bennett, Fraser, Gallagher, Hill, Martin, Murphy, O’Connor, Reed, Sullivan, Vance, Walsh"),
    _of("Abena, Adaeze, Amara, Chidi, Emeka, Kwame, Ngozi, Olu, Uchenna, Yaa",
        "Adeyemi, Asante, Bello, Eze, Ibe, Mensah, Nwosu, Obi, Okafor, Owusu"),
    _of("Amina, Abdi, Biruk, Hodan, Selam, Thandiwe, Yusuf, Zainab, Zuri",
        "Dlamini, Kamau, Mwangi, Osman, Tesfaye, Tilahun, Warsame"),
    _of("Ahmed, Fatima, Kareem, Leila, Nadia, Noor, Omar, Rania, Samir, Tariq, Yara",
        "Aziz, Farouk, Haddad, Hassan, Khoury, Mansour, Nasser, Rahman, Zahra"),
    _of("Anika, Arjun, Bilal, Deepa, Lakshmi, Meera, Priya, Ravi, Rohan, Sanjay",
        "Das, Gupta, Iyer, Khan, Kumar, Malik, Mehta, Patel, Rao, Sharma, Siddiqui"),
    _of("Hao, Jin, Lan, Mei, Wei, Xiu, Yan", "Chen, Huang, Lin, Liu, Wang, Wong, Zhang"),
    _of("Anh, Bao, Linh, Minh, Thuy, Tuan", "Dang, Le, Nguyen, Pham, Tran, Vo"),
    _of("Aiko, Emi, Haruto, Kaito, Yuki", "Mori, Nakamura, Sato, Tanaka, Watanabe"),
    _of("Hye-jin, Ji-woo, Min-jun, Seo-yeon", "Choi, Kang, Kim, Lee, Park"),
    _of("Dante, Jomar, Maricel, Rhea, Rowena", "Bautista, Manalo, Salonga, Santos, Villanueva"),
    _of("Dmitri, Jelena, Katarzyna, Milan, Nikola, Oksana, Sasha, Tomasz",
        "Dragić, Kowalczuk, Marković, Nowak, Petrović, Shevchenko, Tkachuk, Wójcik"),
    _of("Anders, Ingrid, Magnus, Solveig, Soren, Viktor", "Berg, Hansen, Holm, Lund, Solberg"),
    _of("Ayşe, Deniz, Elif, Emre, Kerem, Zeynep", "Aydın, Demir, Kaya, Şahin, Yılmaz"),
    _of("Isaac, Miriam, Naomi, Ruth, Saul", "Cohen, Goldberg, Levy, Stein"),
    _of("Ahiga, Dezbah, Nizhoni, Sahkyo, William", "Begay, Benally, Tsosie, Whitehorse, Yazzie"),
    _of("Kalani, Keola, Leilani, Malia, Sione", "Kahale, Kealoha, Tupou, Vainikolo"),
    _of("Larissa, Renata, Rodrigo, Thiago", "Almeida, Barros, Cardoso, Teixeira"),
    _of("Fabienne, Guerline, Jean-Marc, Wilner", "Desrosiers, Fontaine, Jean-Baptiste, Toussaint"),
    _of("Pema, Sonam, Tenzin", "Dorje, Gyatso, Lhamo"),
)  # fmt: skip
