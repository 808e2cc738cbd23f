package dev.tollgate.browser;

import com.microsoft.playwright.options.ColorScheme;

/** The colours that a visitor prefers. */
public enum Scheme {
    LIGHT,
    DARK;

    ColorScheme preference() {
        return this == LIGHT ? ColorScheme.LIGHT : ColorScheme.DARK;
    }

    @Override
    public String toString() {
        return this == LIGHT ? "light" : "dark";
    }
}
