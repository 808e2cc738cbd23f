package dev.tollgate.browser;

import dev.tollgate.testing.Effort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.provider.Arguments;

/**
 * The windows that each page is looked at in: a phone by day and a desk by night, and with {@code ./tollgate test --long} all others too, in a
 * visit for each. Otherwise one visit sees both, see {@link Visit#look}.
 */
public final class Windows {

    /** @param width in pixels of CSS */
    record Window(int width, Scheme scheme) {}

    static final Window PHONE_BY_DAY = new Window(390, Scheme.LIGHT);
    static final Window DESK_BY_NIGHT = new Window(1280, Scheme.DARK);

    /** For {@code @MethodSource}: a width, in pixels of CSS, and a scheme. */
    public static final String EACH = "dev.tollgate.browser.Windows#each";

    private Windows() {}

    static List<Arguments> each() {
        List<Window> windows = new ArrayList<>(List.of(PHONE_BY_DAY));
        if (Effort.isLong()) {
            windows.add(DESK_BY_NIGHT);
            windows.add(new Window(320, Scheme.LIGHT));
            windows.add(new Window(320, Scheme.DARK));
            windows.add(new Window(390, Scheme.DARK));
            windows.add(new Window(1280, Scheme.LIGHT));
        }
        return windows.stream()
                .map(window -> Arguments.of(window.width(), window.scheme()))
                .toList();
    }
}
