package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The outline of the documentation: the files that it is made of, and the groups in which its two books list their pages, and where pages were once. */
final class Outline {

    private Outline() {}

    /** Pages that a book lists together. @param slugs the path segments of its pages, in the order of reading */
    record Group(Book book, Sentence title, List<String> slugs) {

        Group(Book book, Sentence title, String... slugs) {
            this(book, title, List.of(slugs));
        }

        boolean isReference() {
            return slugs.getFirst().startsWith(Reference.NAME);
        }
    }

    /** All pages of both books except the reference, which is the last group of each book. */
    static final List<Group> GROUPS = List.of(
            new Group(Book.DEVELOPERS, sentence("Start"), Manual.START, "models", "api"),
            new Group(
                    Book.DEVELOPERS,
                    sentence("Guides"),
                    "chat-completions",
                    "messages",
                    "responses",
                    "gemini",
                    "interactions",
                    "images",
                    "audio",
                    "batches",
                    "embeddings",
                    "text-completions",
                    "clients"),
            new Group(Book.DEVELOPERS, sentence("Errors and limits"), "errors-and-retries", "limits"),
            new Group(Book.DEVELOPERS, sentence("docs::Money"), "billing", "prices", "estimate", "usage"),
            new Group(Book.DEVELOPERS, sentence("Your account"), "keys", "organizations", "organization-api", "data"),
            new Group(Book.OPERATORS, sentence("Start"), "install", "first-hour", "sandbox"),
            new Group(Book.OPERATORS, sentence("Settings"), "configuration", "channels"),
            new Group(
                    Book.OPERATORS,
                    sentence("Operation"),
                    "monitoring",
                    "performance",
                    "trouble",
                    "upgrade",
                    "months",
                    "reselling",
                    "admin-api"),
            new Group(Book.OPERATORS, sentence("Trust"), "security", "guarantees", "budgets-under-load"));

    /** Pages that had another address once, by that address. */
    private static final Map<String, String> MOVED = Map.of(
            Manual.QUICKSTART,
            Manual.ROOT,
            Manual.ROOT + "/errors",
            Manual.ROOT + "/errors-and-retries",
            Manual.ROOT + "/rates",
            Manual.ROOT + "/limits#rate-limits",
            Manual.ROOT + "/connections",
            Manual.ROOT + "/limits#connections",
            Manual.ROOT + "/counts-of-tokens",
            Manual.ROOT + "/limits#counts-of-tokens",
            Manual.ROOT + "/operations",
            Manual.ROOT + "/monitoring",
            Manual.ROOT + "/reference/calls",
            Manual.ROOT + "/reference/chat",
            Manual.ROOT + "/reference/operator",
            Manual.ROOT + "/reference/accounts");

    /** A file of the documentation. @param cut whether each of its sections is a page */
    record Source(String file, boolean cut) {

        String slug() {
            return file.replace(".md", "");
        }
    }

    /** The files of all pages but the price list and the reference. */
    static final List<Source> SOURCES = List.of(
            new Source("quickstart.md", false),
            new Source("api.md", true),
            new Source("messages.md", false),
            new Source("responses.md", false),
            new Source("interactions.md", false),
            new Source("clients.md", false),
            new Source("batches.md", false),
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
            new Source("budgets-under-load.md", false),
            new Source("performance.md", false),
            new Source("sandbox.md", false));

    /** Returns the group of a file's first page. */
    static Group of(String slug) {
        return GROUPS.stream()
                .filter(group -> group.slugs().contains(slug))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the present address of a page that has moved; null if it has not. */
    static @Nullable String moved(String path) {
        return MOVED.get(path);
    }
}
