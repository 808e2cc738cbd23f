package dev.tollgate.pages.docs;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.SharedBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** The first page for operators. */
    static final String INSTALL = ROOT + "/install";

    private static final String PRICE_LIST = "Models and prices";
    private static final String START = "quickstart";

    /** The path of the first page, by its file's name. */
    static final String QUICKSTART = ROOT + "/" + START;

    static final String DEVELOPERS = "For developers";
    static final String OPERATORS = "For operators";

    /** Pages that had another address once, by that address. */
    private static final Map<String, String> MOVED = Map.of(
            QUICKSTART,
            ROOT,
            ROOT + "/errors",
            ROOT + "/errors-and-retries",
            ROOT + "/rates",
            ROOT + "/limits#rate-limits",
            ROOT + "/connections",
            ROOT + "/limits#connections",
            ROOT + "/counts-of-tokens",
            ROOT + "/limits#counts-of-tokens",
            ROOT + "/operations",
            ROOT + "/monitoring",
            ROOT + "/reference/calls",
            ROOT + "/reference/chat",
            ROOT + "/reference/operator",
            ROOT + "/reference/accounts");

    /** @param slugs the path segments of its pages, in the order of reading */
    private record Group(String book, String title, List<String> slugs) {

        Group(String book, String title, String... slugs) {
            this(book, title, List.of(slugs));
        }
    }

    /** All pages of both books except the reference, which is the last group of each book. */
    private static final List<Group> GROUPS = List.of(
            new Group(DEVELOPERS, "Start", START, "models", "api"),
            new Group(
                    DEVELOPERS,
                    "Guides",
                    "chat-completions",
                    "messages",
                    "responses",
                    "gemini",
                    "interactions",
                    "images",
                    "audio",
                    "embeddings",
                    "text-completions",
                    "clients"),
            new Group(DEVELOPERS, "Errors and limits", "errors-and-retries", "limits"),
            new Group(DEVELOPERS, "Money", "billing", "prices", "estimate", "usage"),
            new Group(DEVELOPERS, "Your account", "keys", "organizations", "organization-api", "data"),
            new Group(OPERATORS, "Start", "install", "first-hour", "sandbox"),
            new Group(OPERATORS, "Settings", "configuration", "channels"),
            new Group(
                    OPERATORS,
                    "Operation",
                    "monitoring",
                    "performance",
                    "trouble",
                    "upgrade",
                    "months",
                    "reselling",
                    "admin-api"),
            new Group(OPERATORS, "Trust", "security", "guarantees"));

    /** @param cut whether each of its sections is a page */
    private record Source(String file, boolean cut) {}

    private static final List<Source> SOURCES = List.of(
            new Source("quickstart.md", false),
            new Source("api.md", true),
            new Source("messages.md", false),
            new Source("responses.md", false),
            new Source("interactions.md", false),
            new Source("clients.md", false),
            new Source("embeddings.md", false),
            new Source("billing.md", false),
            new Source("organizations.md", false),
            new Source("data.md", false),
            new Source("install.md", false),
            new Source("first-hour.md", false),
            new Source("configuration.md", false),
            new Source("channels.md", false),
            new Source("monitoring.md", false),
            new Source("upgrade.md", false),
            new Source("trouble.md", false),
            new Source("months.md", false),
            new Source("reselling.md", false),
            new Source("admin-api.md", false),
            new Source("security.md", false),
            new Source("guarantees.md", false),
            new Source("performance.md", false),
            new Source("sandbox.md", false));

    /** Made once per process, for its first reader: a server without readers loads neither the pages nor the classes that make them. */
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

        private void begin() {
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

    /**
     * @param group in which its book lists it
     * @param html escaped, with holes for {@link Samples}
     * @param markdown the same, with the same holes
     */
    record Page(
            String book,
            String group,
            String path,
            String title,
            List<Heading> headings,
            String html,
            String markdown) {}

    /** A heading inside a page. */
    public record Heading(String anchor, String title) {}

    /** All pages by path, in the order of reading. */
    private final Map<String, Page> pages = new LinkedHashMap<>();

    private final SharedBytes description;
    private final Finder finder;

    private Manual() {
        JsonNode tree = ApiDescription.tree();
        description = new SharedBytes(ApiJson.MAPPER.writeValueAsBytes(tree));
        Map<String, Chapter> chapters = new LinkedHashMap<>();
        for (Source source : SOURCES) {
            for (Chapter chapter : Chapter.read(source.file(), marked(source), source.cut())) {
                if (chapters.put(chapter.slug(), chapter) != null) {
                    throw new IllegalStateException("two pages of the name " + chapter.slug());
                }
            }
        }
        List<Reference.Written> reference = new Reference(tree).pages();
        reference.forEach(page -> chapters.put(
                page.name(),
                Chapter.read(page.name() + ".md", Samples.marked(page.markdown()), false)
                        .getFirst()));
        Map<String, String> targets = new HashMap<>();
        chapters.forEach((slug, chapter) -> targets.putAll(chapter.targets(path(slug))));
        Map<String, List<Finder.Place>> places = new LinkedHashMap<>();
        for (String book : List.of(DEVELOPERS, OPERATORS)) {
            places.put(book, new ArrayList<>());
            List<Group> groups = new ArrayList<>(
                    GROUPS.stream().filter(group -> group.book().equals(book)).toList());
            groups.add(new Group(
                    book,
                    Reference.GROUP,
                    reference.stream()
                            .filter(page -> page.book().equals(book))
                            .map(Reference.Written::name)
                            .toList()));
            for (Group group : groups) {
                group.slugs().forEach(slug -> add(group, slug, chapters.remove(slug), targets, places));
            }
        }
        reference.forEach(page -> of(places, page.book()).addAll(page.fields()));
        finder = new Finder(places);
        if (!chapters.isEmpty()) {
            throw new IllegalStateException("in no group: " + chapters.keySet());
        }
    }

    private static List<Finder.Place> of(Map<String, List<Finder.Place>> all, String book) {
        return Objects.requireNonNull(all.get(book));
    }

    /** Returns the text of a file. The samples for developers have holes for the names of models. */
    private static String marked(Source source) {
        String text = text(source.file());
        boolean isForOperators = GROUPS.stream()
                .anyMatch(group -> group.book().equals(OPERATORS)
                        && group.slugs().contains(source.file().replace(".md", "")));
        return isForOperators ? text : Samples.marked(text);
    }

    /** @param chapter null for the price list, which is made for each reader */
    private void add(
            Group group,
            String slug,
            @Nullable Chapter chapter,
            Map<String, String> targets,
            Map<String, List<Finder.Place>> all) {
        String path = path(slug);
        List<Finder.Place> places = of(all, group.book());
        if (chapter == null) {
            places.add(new Finder.Place(PRICE_LIST, "", path, "Prices, limits and abilities of each model", ""));
            pages.put(path, new Page(group.book(), group.title(), path, PRICE_LIST, List.of(), "", ""));
            return;
        }
        places.addAll(chapter.places(path));
        pages.put(
                path,
                new Page(
                        group.book(),
                        group.title(),
                        path,
                        chapter.title(),
                        chapter.headings(),
                        chapter.html(targets),
                        chapter.markdown(targets)));
    }

    /** Returns what has the words of a question. @param book the one whose places rank higher */
    List<Finder.Place> find(String question, String book) {
        return finder.find(question, book);
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

    /** Returns the present address of a page that has moved; null if it has not. */
    static @Nullable String moved(String path) {
        return MOVED.get(path);
    }

    /** Returns the paths of all pages, in the order of reading. */
    List<String> paths() {
        return List.copyOf(pages.keySet());
    }

    /** Returns what surrounds a page. @param path of that page; an unlisted one belongs to the price list */
    public Contents contents(String path) {
        Page page = pages.getOrDefault(path, Objects.requireNonNull(pages.get(MODELS)));
        List<Page> book = pages.values().stream()
                .filter(each -> each.book().equals(page.book()))
                .toList();
        boolean isListed = page.path().equals(path) || path.startsWith(MODELS + "/");
        Map<String, List<Entry>> groups = new LinkedHashMap<>();
        for (Page each : book) {
            groups.computeIfAbsent(each.group(), _ -> new ArrayList<>()).add(entry(each, isListed && each == page));
        }
        boolean isReference = page.group().equals(Reference.GROUP);
        int at = book.indexOf(page);
        return new Contents(
                page.path().equals(ROOT) ? QUICKSTART : page.path(),
                page.book(),
                List.of(
                        new Entry(DEVELOPERS, ROOT, page.book().equals(DEVELOPERS) ? "true" : null),
                        new Entry(OPERATORS, INSTALL, page.book().equals(OPERATORS) ? "true" : null)),
                groups.entrySet().stream()
                        .map(group -> new Part(
                                group.getKey(),
                                group.getKey().equals(Reference.GROUP) == isReference,
                                group.getValue()))
                        .toList(),
                page.headings(),
                at == 0 ? null : entry(book.get(at - 1), false),
                at == book.size() - 1 ? null : entry(book.get(at + 1), false));
    }

    private static Entry entry(Page page, boolean isCurrent) {
        return new Entry(page.title(), page.path(), isCurrent ? "page" : null);
    }

    /**
     * The way to a page and from it.
     *
     * @param path of the page without its ending
     * @param book of the page
     * @param headings of the page
     * @param before the page to read before it; null for the first of its book
     * @param after null for the last one
     */
    public record Contents(
            String path,
            String book,
            List<Entry> books,
            List<Part> parts,
            List<Heading> headings,
            @Nullable Entry before,
            @Nullable Entry after) {}

    /** Pages that belong together. @param open whether they are shown unasked */
    public record Part(String title, boolean open, List<Entry> entries) {}

    /** @param current for {@code aria-current} */
    public record Entry(String title, String href, @Nullable String current) {}
}
