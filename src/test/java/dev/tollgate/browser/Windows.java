package dev.tollgate.browser;

import dev.tollgate.testing.Effort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.provider.Arguments;

/** The windows that each page is looked at in: a phone by day and a desk by night, and with {@code ./tollgate test --long} all others too. */
public final class Windows {

    /** For {@code @MethodSource}: a width, in pixels of CSS, and a scheme. */
    public static final String EACH = "dev.tollgate.browser.Windows#each";

    private Windows() {}

    static List<Arguments> each() {
        List<Arguments> windows =
                new ArrayList<>(List.of(Arguments.of(390, Scheme.LIGHT), Arguments.of(1280, Scheme.DARK)));
        if (Effort.isLong()) {
            windows.add(Arguments.of(320, Scheme.LIGHT));
            windows.add(Arguments.of(320, Scheme.DARK));
            windows.add(Arguments.of(390, Scheme.DARK));
            windows.add(Arguments.of(1280, Scheme.LIGHT));
        }
        return windows;
    }
}
