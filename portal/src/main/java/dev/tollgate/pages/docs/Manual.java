package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.SharedBytes;
import dev.tollgate.pages.docs.Outline.Group;
import dev.tollgate.pages.docs.Outline.Source;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** All pages of the documentation, rendered. Immutable. */
public final class Manual {

    static final String ROOT = "/docs";
    static final String MODELS = ROOT + "/models";

    /** The first page for operators. */
    static final String INSTALL = ROOT + "/install";

    private static final Sentence PRICE_LIST = sentence("Models and prices");
    private static final Sentence ABOUT_PRICES = sentence("Prices, limits and abilities of each model");
    /** The name of the first page's file. */
    static final String START = "quickstart";

    /** The path of the first page, by its file's name. */
    static final String QUICKSTART = ROOT + "/" + START;

    /** Made once per process, for its first reader: a server without readers loads neither the pages nor the classes that make them. */
    private static final Making MAKING = new Making(() -> Language.ENGLISH.bound(() -> new Manual()));

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
     * @param translation null for a page in English
     * @param html escaped, with holes for {@link Samples}
     * @param markdown the same, with the same holes
     */
    record Page(
            Group group,
            @Nullable Translation translation,
            String path,
            String title,
            List<Heading> headings,
            String html,
            String markdown) {

        Book book() {
            return group.book();
        }
    }

    /** A heading inside a page. */
    public record Heading(String anchor, String title) {}

    /** All pages by path, in the order of reading. */
    private final Map<String, Page> pages = new LinkedHashMap<>();

    /** The addresses to which links of files lead. */
    private final Map<String, String> targets = new HashMap<>();

    private final SharedBytes description;
    private final Finder finder;

    /** The documentation in other languages by tag, made for its first reader. */
    private final Map<String, InLanguage> others = new ConcurrentHashMap<>();

    /** @param pages by path; those that the language lacks are not in it */
    private record InLanguage(Map<String, Page> pages, Finder finder) {}

    private Manual() {
        JsonNode tree = ApiDescription.tree();
        description = new SharedBytes(ApiJson.MAPPER.writeValueAsBytes(tree));
        Map<String, Chapter> chapters = new LinkedHashMap<>();
        for (Source source : Outline.SOURCES) {
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
        chapters.forEach((slug, chapter) -> targets.putAll(chapter.targets(path(slug))));
        Map<Book, List<Finder.Place>> places = new LinkedHashMap<>();
        for (Book book : Book.values()) {
            places.put(book, new ArrayList<>());
            List<Group> groups = new ArrayList<>(Outline.GROUPS.stream()
                    .filter(group -> group.book() == book)
                    .toList());
            groups.add(new Group(
                    book,
                    Reference.GROUP,
                    reference.stream()
                            .filter(page -> page.book() == book)
                            .map(Reference.Written::name)
                            .toList()));
            for (Group group : groups) {
                group.slugs().forEach(slug -> add(group, slug, chapters.remove(slug), places));
            }
        }
        reference.forEach(page -> of(places, page.book()).addAll(page.fields()));
        finder = Finder.of(places);
        if (!chapters.isEmpty()) {
            throw new IllegalStateException("in no group: " + chapters.keySet());
        }
    }

    private static List<Finder.Place> of(Map<Book, List<Finder.Place>> all, Book book) {
        return Objects.requireNonNull(all.get(book));
    }

    /** Returns the text of a file. The samples for developers have holes for the names of models. */
    private static String marked(Source source) {
        return marked(source, text(source.file()));
    }

    private static String marked(Source source, String text) {
        return Outline.of(source.slug()).book() == Book.OPERATORS ? text : Samples.marked(text);
    }

    /** @param chapter null for the price list, which is made for each reader */
    private void add(Group group, String slug, @Nullable Chapter chapter, Map<Book, List<Finder.Place>> all) {
        String path = path(slug);
        List<Finder.Place> places = of(all, group.book());
        if (chapter == null) {
            places.add(priceList(path, Language.ENGLISH));
            pages.put(path, new Page(group, null, path, PRICE_LIST.english(), List.of(), "", ""));
            return;
        }
        places.addAll(chapter.places(path));
        pages.put(path, page(group, null, path, chapter, targets));
    }

    private static Finder.Place priceList(String path, Language language) {
        return new Finder.Place(PRICE_LIST.in(language), "", Finder.Kind.PAGE, path, ABOUT_PRICES.in(language), "");
    }

    private static Page page(
            Group group, @Nullable Translation translation, String path, Chapter chapter, Map<String, String> targets) {
        return new Page(
                group,
                translation,
                path,
                chapter.title(),
                chapter.headings(),
                chapter.html(targets),
                chapter.markdown(targets));
    }

    private InLanguage in(Language language) {
        return others.computeIfAbsent(language.tag(), _ -> language.bound(() -> made(language)));
    }

    private InLanguage made(Language language) {
        Map<String, Page> its = new HashMap<>();
        Map<String, Finder.Place> places = new HashMap<>();
        places.put(MODELS, priceList(MODELS, language));
        for (Source source : Outline.SOURCES) {
            Translation translation = Translation.read(language.tag(), source.file());
            if (translation != null) {
                String path = path(source.slug());
                Chapter chapter =
                        Chapter.translated(source.file(), marked(source, translation.text()), text(source.file()));
                chapter.places(path).forEach(place -> places.put(place.href(), place));
                Map<String, String> ofFile = new HashMap<>(targets);
                ofFile.putAll(chapter.targets(path));
                its.put(path, page(Outline.of(source.slug()), translation, path, chapter, ofFile));
            }
        }
        return new InLanguage(its, finder.with(places, Glossary.of(language.tag())));
    }

    /** Returns whether a page is written in a language other than English. */
    boolean isTranslated(String path, Language language) {
        Page page = page(path, language);
        return page != null && page.translation() != null;
    }

    /** A place that was found. @param lang of its text; null if it is the page's */
    public record Found(Finder.Place place, @Nullable String lang) {}

    /** Returns what has the words of a question. @param book the one whose places rank higher @param language of the reader */
    List<Found> find(String question, Book book, Language language) {
        return (language.isEnglish() ? finder : in(language).finder())
                .find(question, book).stream()
                        .map(it -> new Found(it, lang(it, language)))
                        .toList();
    }

    private @Nullable String lang(Finder.Place place, Language language) {
        Page page = page(place.href().replaceFirst("#.*", ""), language);
        return page == null ? null : lang(page, language);
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
        byte[] bytes = Translation.bytes(file);
        if (bytes == null) {
            throw new IllegalStateException("missing in the program: docs/" + file);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Returns a page in English; null where there is none. */
    @Nullable
    Page page(String path) {
        return pages.get(path);
    }

    /** Returns a page in a language, in English if it has no translation; null where there is none. */
    @Nullable
    Page page(String path, Language language) {
        Page english = pages.get(path);
        return english == null || language.isEnglish()
                ? english
                : in(language).pages().getOrDefault(path, english);
    }

    /** Returns the paths of all pages, in the order of reading. */
    List<String> paths() {
        return List.copyOf(pages.keySet());
    }

    /** Returns what surrounds a page. @param path of that page; an unlisted one belongs to the price list @param language of the reader */
    public Contents contents(String path, Language language) {
        Page page = Objects.requireNonNull(page(pages.containsKey(path) ? path : MODELS, language));
        List<Page> book = pages.values().stream()
                .filter(each -> each.book() == page.book())
                .toList();
        boolean isListed = page.path().equals(path) || path.startsWith(MODELS + "/");
        Map<Group, List<Entry>> groups = new LinkedHashMap<>();
        for (Page each : book) {
            boolean isCurrent = isListed && each.path().equals(page.path());
            groups.computeIfAbsent(each.group(), _ -> new ArrayList<>()).add(entry(each, isCurrent, language));
        }
        int at = book.stream().map(Page::path).toList().indexOf(page.path());
        return new Contents(
                page.path().equals(ROOT) ? QUICKSTART : page.path(),
                page.book(),
                Stream.of(Book.values())
                        .map(each -> new Entry(
                                each.title().in(language),
                                each == Book.DEVELOPERS ? ROOT : INSTALL,
                                each == page.book() ? "true" : null,
                                null))
                        .toList(),
                groups.entrySet().stream()
                        .map(group -> new Part(
                                group.getKey().title().in(language),
                                group.getKey().isReference() == page.group().isReference(),
                                group.getValue()))
                        .toList(),
                page.headings(),
                new Tongue(
                        lang(page, language),
                        page.translation() != null && page.translation().isOlder()),
                at == 0 ? null : entry(book.get(at - 1), false, language),
                at == book.size() - 1 ? null : entry(book.get(at + 1), false, language));
    }

    private Entry entry(Page english, boolean isCurrent, Language language) {
        Page page = Objects.requireNonNull(page(english.path(), language));
        String title = page.path().equals(MODELS) ? PRICE_LIST.in(language) : page.title();
        return new Entry(title, page.path(), isCurrent ? "page" : null, lang(page, language));
    }

    private static @Nullable String lang(Page page, Language language) {
        return language.isEnglish() || page.translation() != null || page.path().equals(MODELS)
                ? null
                : Language.ENGLISH.tag();
    }

    /**
     * The way to a page and from it.
     *
     * @param path of the page without its ending
     * @param book of the page
     * @param headings of the page
     * @param tongue of the page
     * @param before the page to read before it; null for the first of its book
     * @param after null for the last one
     */
    public record Contents(
            String path,
            Book book,
            List<Entry> books,
            List<Part> parts,
            List<Heading> headings,
            Tongue tongue,
            @Nullable Entry before,
            @Nullable Entry after) {}

    /** Pages that belong together. @param open whether they are shown unasked */
    public record Part(String title, boolean open, List<Entry> entries) {}

    /**
     * The language of a page's text, which may be another than its frame's.
     *
     * @param lang for the attribute of this name; null if it is the frame's
     * @param isOlder whether the page is translated from an earlier English one
     */
    public record Tongue(@Nullable String lang, boolean isOlder) {}

    /** @param current for {@code aria-current} @param lang of the title; null if it is the page's */
    public record Entry(
            String title,
            String href,
            @Nullable String current,
            @Nullable String lang) {}
}
