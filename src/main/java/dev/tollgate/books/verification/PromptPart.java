package dev.tollgate.books.verification;

/** The parts of a prompt with rates of their own, as tasks and prices name them: a list apart from the one in the program that charges. */
enum PromptPart {
    CACHED("cached", "cached_input", "input"),
    AUDIO("audio", "audio_input", "input"),
    CACHED_AUDIO("cached_audio", "cached_audio_input", "cached_input");

    private final String count;
    private final String rate;
    private final String otherwise;

    PromptPart(String count, String rate, String otherwise) {
        this.count = count;
        this.rate = rate;
        this.otherwise = otherwise;
    }

    /** Returns the name of its tokens in an attempt's cost. */
    String count() {
        return count;
    }

    /** Returns the name of its tokens in a charge. */
    String tokens() {
        return count + "_tokens";
    }

    /** Returns the name of its rate in a price and in an attempt's cost. */
    String rate() {
        return rate;
    }

    /** Returns the name of the rate that applies if a price lacks this one. */
    String otherwise() {
        return otherwise;
    }

    /** Returns the name of its rate in a charge. */
    String perMillion() {
        return rate + "_per_million";
    }
}
