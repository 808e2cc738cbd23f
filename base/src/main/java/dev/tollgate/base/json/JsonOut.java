package dev.tollgate.base.json;

/** JSON that is being written, of which long parts may lie elsewhere. */
public interface JsonOut {

    /** Returns the buffer to write to. */
    Utf8Buffer out();

    /** Appends what is read when it is its turn. */
    void add(JsonSource source);
}
