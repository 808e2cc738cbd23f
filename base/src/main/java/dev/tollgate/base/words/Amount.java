package dev.tollgate.base.words;

import dev.tollgate.base.money.Credits;

/** An amount as the value of a sentence. @param micros micro-credits */
public record Amount(long micros) {

    String in(Language language) {
        return language.isEnglish() ? Credits.text(micros) : language.signs().charge(micros);
    }
}
