package dev.tollgate.base.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** JSON that is kept as it was written, on its way to where bytes are wanted. Immutable; equal where the bytes are. */
public final class WrittenJson {

    private final byte[] utf8;

    /** @param utf8 not changed any more */
    WrittenJson(byte[] utf8) {
        this.utf8 = utf8;
    }

    public static WrittenJson of(String text) {
        return new WrittenJson(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the number of bytes. */
    public int length() {
        return utf8.length;
    }

    /** The bytes themselves, never to be changed. */
    public byte[] utf8() {
        return utf8;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WrittenJson it && Arrays.equals(utf8, it.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    /** The text. */
    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
