package dev.tollgate.pages.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All pages of the documentation, rendered. Immutable. */
public final class Manual {

    static final String ROOT = "/docs";
    static final String MODELS = ROOT + "/models";

    private static final String START = "quickstart";

    /** Where its file's name says that the first page is. */
    static final String QUICKSTART = ROOT + "/" + START;

    private static final String USING = "Using it";
    private static final String RUNNING = "Running it";

    /** @param cut whether each of its sections is a page */
    private record Source(String part, String file, boolean cut) {}

    private static final List<Source> SOURCES = List.of(
            new Source(USING, "quickstart.md", false),
            new Source(USING, "api.md", true),
            new Source(USING, "messages.md", false),
            new Source(USING, "clients.md", false),
            new Source(USING, "embeddings.md", false),
            new Source(USING, "billing.md", false),
            new Source(USING, "data.md", false),
            new Source(RUNNING, "install.md", false),
            new Source(RUNNING, "first-hour.md", false),
            new Source(RUNNING, "configuration.md", false),
            new Source(RUNNING, "channels.md", false),
            new Source(RUNNING, "monitoring.md", false),
            new Source(RUNNING, "upgrade.md", false),
            new Source(RUNNING, "trouble.md", false),
            new Source(RUNNING, "admin-api.md", false),
            new Source(RUNNING, "security.md", false),
            new Source(RUNNING, "guarantees.md", false),
            new Source(RUNNING, "performance.md", false),
            new Source(RUNNING, "sandbox.md", false));

    /** Read once per process, by the first request: a start need not wait for it. */
    private static final class OfThisProgram {
        static final Manual MANUAL = new Manual();
    }

    /** @param part what it is listed under; @param html escaped */
    record Page(String part, String path, String title, List<Heading> headings, String html) {}

    /** A heading inside a page. */
    record Heading(String anchor, String title) {}

    private final Map<String, Page> pages = new LinkedHashMap<>();

    private Manual() {
        List<Chapter> chapters = new ArrayList<>();
        Map<String, String> targets = new LinkedHashMap<>();
        for (Source source : SOURCES) {
            for (Chapter chapter : Chapter.read(source.file(), text(source.file()), source.cut())) {
                chapters.add(chapter);
                targets.putAll(chapter.targets(path(chapter.slug())));
            }
        }
        for (Chapter chapter : chapters) {
            String part = SOURCES.stream()
                    .filter(source -> source.file().equals(chapter.file()))
                    .findFirst()
                    .orElseThrow()
                    .part();
            String path = path(chapter.slug());
            Page page = new Page(part, path, chapter.title(), chapter.headings(), chapter.html(targets));
            if (path.equals(MODELS) || pages.putIfAbsent(path, page) != null) {
                throw new IllegalStateException("two pages at " + path);
            }
        }
        new Reference(ApiDescription.tree()).pages().forEach(page -> pages.put(page.path(), page));
    }

    static Manual ofThisProgram() {
        return OfThisProgram.MANUAL;
    }

    private static String path(String slug) {
        return slug.equals(START) ? ROOT : ROOT + "/" + slug;
    }

    private static String text(String file) {
        try (InputStream stream = Manual.class.getResourceAsStream("/docs/" + file)) {
            if (stream == null) {
                throw new IllegalStateException("missing in the program: docs/" + file);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return null where there is none */
    @Nullable
    Page page(String path) {
        return pages.get(path);
    }

    /** Returns the table of contents for a page. @param path of that page */
    public List<Part> contents(String path) {
        Map<String, List<Entry>> parts = new LinkedHashMap<>();
        for (Page page : pages.values()) {
            boolean isCurrent = page.path().equals(path);
            parts.computeIfAbsent(page.part(), any -> new ArrayList<>())
                    .add(new Entry(
                            page.title(),
                            page.path(),
                            isCurrent ? "page" : null,
                            isCurrent ? inside(page) : List.of()));
            if (page.path().equals(ROOT)) {
                String current = path.startsWith(MODELS) ? "page" : null;
                parts.get(page.part()).add(new Entry("Models and prices", MODELS, current, List.of()));
            }
        }
        return parts.entrySet().stream()
                .map(part -> new Part(part.getKey(), part.getValue()))
                .toList();
    }

    private static List<Entry> inside(Page page) {
        return page.headings().stream()
                .map(heading -> new Entry(heading.title(), "#" + heading.anchor(), null, List.of()))
                .toList();
    }

    /** Pages that belong together. */
    public record Part(String title, List<Entry> entries) {}

    /** @param current for {@code aria-current}; @param inside headings of the page that is shown */
    public record Entry(String title, String href, @Nullable String current, List<Entry> inside) {}
}
