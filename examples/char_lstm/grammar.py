"""The phrases of a harbour notebook: what happened, what people said, and, in brackets, a clerk's remarks.

A {name} is replaced by one alternative of that name; {Name} is the same with a capital; {remark} and {nested} open a bracket
or nothing (make_text.py says how often). The three ways of writing have different words, so a reader who has forgotten that
a quotation or a bracket is still open guesses badly, however long ago it opened.
"""


def words(text):
    return [phrase.strip() for phrase in text.split(",")]


GRAMMAR = {
    # What happened: past tense, people and things.
    "name": words("Marta, Ansel, Ines, Tobias, Wren, Oskar, Nora, Piet, Salma, Henrik"),
    "person": ["{name}", "{name}", "{name}", "the {role}", "the {role}{remark}"],
    "role": words("ferryman, baker, doctor, keeper, widow, captain, miller, organist"),
    "object": ["the {thing}", "the {thing}{remark}", "the {adjective} {thing}{remark}"],
    "adjective": words("old, small, green, heavy, blue, broken, white, long"),
    "thing": words("lantern, rope, kettle, ladder, bell, clock, net, anchor, map, letter, basket, violin, mirror, blanket, chair"),
    "place": ["the {spot}", "the {spot}", "the {spot}{remark}"],
    "spot": words("harbour, lighthouse, market, chapel, mill, bridge, school, station, orchard, inn, sea wall"),
    "boat": ["the {ship}", "the {ship}{remark}"],
    "ship": words("Heron, Swallow, Patience, Evening Star"),
    "when": words("at noon, before dawn, after supper, at low water, by lamplight, once more, until dark"),
    "handled": words("mended, painted, hid, borrowed, lost, found, cleaned"),
    "moved": words("carried, dragged, brought, returned"),
    "went": words("rowed, walked, hurried, climbed"),
    "event": [
        "{person} {handled} {object}", "{person} {handled} {object} {when}", "{person} {moved} {object} to {place}",
        "{person} {went} to {place} {when}", "{person} waited at {place} {when}", "{boat} anchored {when}", "it rained {when}",
        "{person} followed {name} to {place}", "{boat} sailed without {name}",
    ],

    # What people said: I and you, now and tomorrow.
    "speech": [
        "I {feel} {matter}", "you {feel} {matter}", "we {feel} {matter}", "I can't {act}", "we could {act}", "you must {act}",
        "my {kin} will {act}", "your {kin} won't {act}", "if I {act}, you {feel} {matter}", "don't {act}", "I think you should {act}",
    ],
    "question": ["why don't we {act}", "will you {act}", "do you {feel} {matter}", "must your {kin} {act}"],
    "feel": words("love, hate, know, miss, remember, need, want"),
    "matter": words("soup, your voice, summer, good company, this song, my father's jokes, a quiet life, money, these islands, snow"),
    "act": ["{do}", "{do}", "{do} {soon}", "{do} {soon}", "{join} with {them}"],
    "do": words("dance, go home, stay, marry, laugh so much, eat something, talk, sing, give up, emigrate, get up early, say goodbye"),
    "soon": words("tomorrow, tonight, some day, again, next year, on Sunday"),
    "join": words("dance, stay, laugh, eat, talk, sing, argue"),
    "them": words("me, him, her, us, them"),
    "kin": words("brother, mother, uncle, sister, cousin"),

    # The clerk's remarks: numbers and abbreviations.
    "remarks": [
        "{entry}{nested}, {entry}", "{entry}, {entry}{nested}", "{entry}, {entry}{nested}, {entry}", "{entry}{nested}; {entry}, {entry}",
    ],
    "entry": [
        "no. {number}", "p. {number}", "{number} kr.", "{number} oz. {goods}", "{number} lb. {goods}", "{number} doz. {goods}",
        "c. 18{number}", "cf. vol. {number}", "{number} x {number} cm", "{goods}",
    ],
    "number": [str(n) for n in range(10, 100)],
    "goods": words("salt, tar, tea, nails, wax, zinc, flax, gum, jute"),

    # Sentences.
    "sentence": ["{Event}.", "{Event}, and {event}.", "When {event}, {event}.", "{talk}", "{talk}", "{talk}", "{list}"],
    "talk": [
        "“{Speech},” {told} {name}.", "“{Speeches},” {told} {name}.", "“{Speeches},” {told} {name}, “and {speech}.”",
        "{Name} {told}, “{Speeches}.”", "{Name} {told}, “{Question}? {Speeches}.”", "“{Question}? {Speeches}!”",
    ],
    "speeches": ["{speech}. {Speech}", "{speech}. {Speech}, and {speech}", "{speech}. {Speech}. {Speech}", "{speech}, but {speech}. {Speech}"],
    "told": words("said, answered, called, whispered, repeated"),
    "list": ["{Name} {moved} {stock} to {place}.", "{Name} {handled} {stock} {when}."],
    "stock": ["the stock [{entry}, {entry}{nested}, {entry}, {entry}{nested}]"],
}
