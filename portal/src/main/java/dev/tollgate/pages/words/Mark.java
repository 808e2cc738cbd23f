package dev.tollgate.pages.words;

import java.util.ArrayList;
import java.util.List;

/**
 * The elements around a part of a sentence, as the value of its {@code <name>…</name>}. The list is closed: a translation can place them, and
 * bring none. They combine: {@code Mark.bold().live("held")} is one {@code <b>} with a live figure, {@code Mark.link("/x").bold()} a {@code <b>} within a link.
 */
public sealed interface Mark {

    /** Returns a link. @param href as in a template: escaped, and without scripts */
    static Marks link(String href) {
        return Marks.NONE.link(href);
    }

    static Marks bold() {
        return Marks.NONE.bold();
    }

    /** Returns the mark of what is typed or sent as it is: it is not translated. */
    static Marks code() {
        return Marks.NONE.code();
    }

    /** Returns the mark of a figure that a page's script keeps current. @param figure its name among the live ones */
    static Marks live(String figure) {
        return Marks.NONE.live(figure);
    }

    /** Returns the mark of a rounded figure. @param title the exact one */
    static Marks exact(String title) {
        return Marks.NONE.exact(title);
    }

    /** The elements, from the outermost. */
    List<Element> elements();

    /** @param attributes names and values by turns */
    record Element(String tag, List<String> attributes) {}

    record Marks(List<Element> elements) implements Mark {

        private static final Marks NONE = new Marks(List.of());
        private static final String ANY = "span";

        public Marks {
            elements = List.copyOf(elements);
        }

        public Marks link(String href) {
            return with(new Element("a", List.of("href", href)));
        }

        public Marks bold() {
            return with(new Element("b", List.of()));
        }

        public Marks code() {
            return with(new Element("code", List.of()));
        }

        public Marks live(String figure) {
            return with("data-figure", figure);
        }

        public Marks exact(String title) {
            return with("title", title);
        }

        private Marks with(Element element) {
            List<Element> more = new ArrayList<>(elements);
            more.add(element);
            return new Marks(more);
        }

        /** Adds an attribute to the innermost element, or to one that means nothing else. */
        private Marks with(String attribute, String value) {
            List<Element> more = new ArrayList<>(elements);
            Element last = more.isEmpty() ? new Element(ANY, List.of()) : more.removeLast();
            List<String> attributes = new ArrayList<>(last.attributes());
            attributes.addAll(List.of(attribute, value));
            more.add(new Element(last.tag(), List.copyOf(attributes)));
            return new Marks(more);
        }
    }
}
