package dev.tollgate.pages.frame;

import dev.tollgate.http.Form;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Names a form that is shown, so that what it makes is made once however often it is sent: by a double press, a reload, a lost answer. */
public final class Once {

    /** The hidden field that carries it. */
    public static final String FIELD = "once";

    private static final int BYTES = 16;

    private Once() {}

    /** Returns the id for a form that is about to be shown. */
    public static String next(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return "form-" + HexFormat.of().formatHex(bytes);
    }

    /** Returns the id in a form; null if it was changed: then each submission counts. */
    public static @Nullable String of(Form form) {
        String once = form.field(FIELD);
        return once != null && once.matches("form-[0-9a-f]{32}") ? once : null;
    }
}
