package dev.tollgate.storage.copies;

import dev.tollgate.base.words.Sentence;

/** No copy could be made. */
final class NoCopy extends Exception {

    private static final long serialVersionUID = 1;

    final transient Note why;

    NoCopy(String code, Sentence why) {
        super(why.english());
        this.why = new Note(code, why);
    }
}
