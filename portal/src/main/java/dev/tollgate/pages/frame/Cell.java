package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Words.say;

import gg.jte.Content;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a table's cell, printed by {@code part/cell.jte}. A text that is null or empty leaves no trace.
 *
 * @param title of the whole cell; null for none
 */
public record Cell(@Nullable String title, List<Part> parts) {

    /** Stands for a value that does not exist. */
    public static final String NOTHING = "–";

    public static final Cell EMPTY = new Cell(null, List.of());

    /** A kind of content. */
    public sealed interface Part {

        /**
         * @param style classes of the style sheet; null for none
         * @param href null for no link
         * @param isKept whether it is the same in each language: a name, an id or a code
         */
        record Words(
                String text,
                @Nullable String style,
                @Nullable String title,
                @Nullable String href,
                boolean isKept) implements Part {

            public Words(String text, @Nullable String style, @Nullable String title, @Nullable String href) {
                this(text, style, title, href, Table.isKept(style));
            }
        }

        record Badge(String tone, String text) implements Part {}

        /** A part of a template. */
        record Block(Content content) implements Part {}

        /** A line of cells, for screens on which their columns have no room. */
        record Line(String style, List<Below> cells) implements Part {}

        /** A form of its own in the row. @param hidden its other fields, each followed by its value */
        record Form(String path, String csrf, List<String> hidden, List<Button> buttons) implements Part {}
    }

    /** @param label words before it; empty for none */
    public record Below(String label, Cell cell) {}

    /** @param href null for a button that sends the form with a deed */
    public record Button(
            String deed,
            String text,
            String label,
            @Nullable String href) {}

    public static Cell of(@Nullable String text) {
        return EMPTY.and(text, null);
    }

    /** Returns a text that is the same in each language. */
    public static Cell name(String text) {
        return EMPTY.and(new Part.Words(text, null, null, null, true));
    }

    /** Returns a link; the text alone if there is no address. */
    public static Cell link(@Nullable String href, String text) {
        return EMPTY.linked(href, text);
    }

    public static Cell badge(String tone, String text) {
        return EMPTY.marked(tone, text);
    }

    public static Cell block(Content content) {
        return EMPTY.and(content);
    }

    /** Returns a time in one line. @param href null for no link */
    public static Cell time(Instant at, ZoneId zone, @Nullable String href) {
        return EMPTY.and(new Part.Words(Display.time(at, zone), "nw", Display.fullTime(at, zone), href));
    }

    /** Returns a sum with the exact credits as its title; a dash for null. */
    public static Cell sum(Money money, @Nullable Long micros) {
        return micros == null ? of(NOTHING) : of(money.sum(micros)).titled(Money.exact(micros));
    }

    public static Cell form(Shell shell, String path, String... hidden) {
        return EMPTY.and(new Part.Form(path, shell.here().csrf(), List.of(hidden), List.of()));
    }

    /** Adds a button to the form. @param label for screen readers */
    public Cell button(String deed, String text, String label) {
        return pressed(new Button(deed, text, label, null));
    }

    /** Adds a button to the form if a condition holds. */
    public Cell button(String deed, String text, String label, boolean isShown) {
        return isShown ? button(deed, text, label) : this;
    }

    /** Adds a link that looks like a button to the form. */
    public Cell buttonTo(String href, String text, String label) {
        return pressed(new Button("", text, label, href));
    }

    private Cell pressed(Button button) {
        Part.Form form = (Part.Form) parts.getLast();
        List<Button> buttons = with(form.buttons(), button);
        Part changed = new Part.Form(form.path(), form.csrf(), form.hidden(), buttons);
        return new Cell(title, with(parts.subList(0, parts.size() - 1), changed));
    }

    private static <P> List<P> with(List<P> parts, P part) {
        return Stream.concat(parts.stream(), Stream.of(part)).toList();
    }

    public Cell titled(@Nullable String text) {
        return new Cell(text, parts);
    }

    public Cell and(Part part) {
        return new Cell(title, with(parts, part));
    }

    public Cell and(@Nullable Content content) {
        return content == null ? this : and(new Part.Block(content));
    }

    public Cell and(@Nullable String text, @Nullable String style) {
        return text == null || text.isEmpty() ? this : and(new Part.Words(text, style, null, null));
    }

    /** Adds a link; the text alone if there is no address. */
    public Cell linked(@Nullable String href, String text) {
        return and(new Part.Words(text, null, null, href));
    }

    /** Adds a badge; none for null. */
    public Cell marked(String tone, @Nullable String text) {
        return text == null ? this : and(new Part.Badge(tone, text));
    }

    /** Adds a remark in the same line. */
    public Cell note(@Nullable String text) {
        return and(text, "small muted");
    }

    /** Adds a line. */
    public Cell under(@Nullable String text) {
        return and(text, "below small muted wrap");
    }

    /** Adds a line that narrow screens leave out: the row's own page has it. */
    public Cell underOnDesks(@Nullable String text) {
        return and(text, "below small muted wrap spare");
    }

    /** Adds a line that ends where the column does, is the same in each language, and is left out on narrow screens. @param whole the title */
    public Cell cutOnDesks(String text, String whole) {
        return and(new Part.Words(text, "cut spare small muted", whole, null, true));
    }

    /** Adds a line of other cells; none if there are none. */
    Cell below(String style, List<Below> cells) {
        return cells.isEmpty() ? this : and(new Part.Line(style, cells));
    }

    /** Returns whether it has nothing but a dash. */
    boolean isEmpty() {
        return isPlain() && text().isEmpty();
    }

    /** Returns what narrow screens show: the words alone if there is nothing to press and no picture. */
    Cell plain() {
        if (!isPlain()) {
            return this;
        }
        List<Part> shown = parts.stream().filter(part -> !isSpare(part)).toList();
        return shown.size() == parts.size() ? words() : new Cell(title, shown).words();
    }

    private Cell words() {
        boolean isKept = parts.size() == 1 && parts.getFirst() instanceof Part.Words words && words.isKept();
        return isKept ? name(text()) : of(text());
    }

    private boolean isPlain() {
        return parts.stream()
                .allMatch(
                        part -> part instanceof Part.Badge || part instanceof Part.Words words && words.href() == null);
    }

    /** Returns the words. A colon precedes words that have their own line. */
    private String text() {
        String all = "";
        for (Part part : parts) {
            String text = part instanceof Part.Words words
                    ? words.text()
                    : part instanceof Part.Badge badge ? badge.text() : NOTHING;
            if (!text.equals(NOTHING)) {
                all = all.isEmpty()
                        ? text
                        : isBelow(part) ? say("{a}: {b}", all, text) : say("words::{a} {b}", all, text);
            }
        }
        return all;
    }

    private static boolean isSpare(Part part) {
        return part instanceof Part.Words words
                && words.style() != null
                && List.of(words.style().split(" ")).contains("spare");
    }

    private static boolean isBelow(Part part) {
        return part instanceof Part.Words words
                && words.style() != null
                && words.style().startsWith("below");
    }
}
