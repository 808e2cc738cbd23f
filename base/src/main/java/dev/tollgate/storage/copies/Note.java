package dev.tollgate.storage.copies;

import dev.tollgate.base.words.Sentence;

/** A sentence for the operator about the copies of the books or their daily check. @param code of its kind, which a dismissal keeps */
public record Note(String code, Sentence words) {}
