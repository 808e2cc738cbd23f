package dev.tollgate.pages.docs;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.SharedBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** All pages of the documentation, rendered. Immutable. */
public final class Manual {

    static final String ROOT = "/docs";
    static final String MODELS = ROOT + "/models";

    private static final String START = "quickstart";

    /** The path of the first page, by its file's name. */
    static final String QUICKSTART = ROOT + "/" + START;

    private static final String USING = "Using it";
    private static final String RUNNING = "Running it";

    /** @param cut whether each of its sections is a page */
    private record Source(String part, String file, boolean cut) {}

    private static final List<Source> SOURCES = List.of(
            new Source(USING, "quickstart.md", false),
            new Source(USING, "api.md", true),
            new Source(USING, "messages.md", false),
            new Source(USING, "responses.md", false),
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

    /** Made once per process, beginning with its start. */
    private static final Making MAKING = new Making(Manual::new);

    /** A manual that is made on a platform thread. Readers park until then: one class initialiser for all would hold their carriers. */
    static final class Making {

        private final AtomicBoolean isBegun = new AtomicBoolean();
        private final FutureTask<Manual> making;

        Making(Supplier<Manual> maker) {
            making = new FutureTask<>(() -> {
                try {
                    return maker.get();
                } catch (Throwable e) {
                    Fatal.check(e);
                    throw e;
                }
            });
        }

        void begin() {
            if (isBegun.compareAndSet(false, true)) {
                Thread.ofPlatform().daemon().name("tollgate-manual").start(making);
            }
        }

        Manual await() {
            begin();
            try {
                return making.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the documentation is made", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the documentation could not be made", e.getCause());
            }
        }

        @Nullable
        Manual ifMade() {
            return making.state() == Future.State.SUCCESS ? making.resultNow() : null;
        }
    }

    /** @param part what it is listed under; @param html escaped */
    record Page(String part, String path, String title, List<Heading> headings, String html) {}

    /** A heading inside a page. */
    record Heading(String anchor, String title) {}

    private final Map<String, Page> pages = new LinkedHashMap<>();
    private final SharedBytes description;

    private Manual() {
        JsonNode tree = ApiDescription.tree();
        description = new SharedBytes(ApiJson.MAPPER.writeValueAsBytes(tree));
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
        new Reference(tree).pages().forEach(page -> pages.put(page.path(), page));
    }

    /** Begins to make the documentation, so that its first readers need not wait for all of it. Does nothing a second time. */
    public static void begin() {
        MAKING.begin();
    }

    /** Returns the documentation. Blocks until it is made. */
    static Manual ofThisProgram() {
        return MAKING.await();
    }

    /** Returns the documentation if it is made already, or null. Never blocks. */
    static @Nullable Manual ifMade() {
        return MAKING.ifMade();
    }

    /** Returns the description of the API as JSON. */
    SharedBytes description() {
        return description;
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
