package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.MessagesAlias;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The models that samples of the documentation name: each sample has a role, and names the first model on sale that fits it and stays. Two are equal if all samples
 * are. Immutable.
 *
 * @param ids by role; a role that no model fits is absent
 * @param aliases the names of the same models for Claude Code
 */
record Samples(Map<Role, String> ids, Map<Role, String> aliases) {

    /** The ability that a sample wants of its model. The catalogue does not know which media a model reads: a model that answers is taken. */
    enum Role {
        TEXT(sentence("This server sells no model that answers. Ask its operator for one."), Role::writes),
        AGENT(
                sentence("This server sells no model that can call functions. Ask its operator for one."),
                model -> writes(model) && model.tools().functions()),
        IMAGE(sentence("This server sells no model that reads images. Ask its operator for one."), Role::writes),
        JSON(
                sentence("This server sells no model that writes JSON. Ask its operator for one."),
                model -> writes(model) && model.formats().json()),
        PICTURE(
                sentence("This server sells no model that makes images. Ask its operator for one."),
                Model::makesImages),
        SPEECH(sentence("This server sells no model that makes speech. Ask its operator for one."), Model::speaks),
        EMBEDDING(
                sentence("This server sells no model that makes embeddings. Ask its operator for one."),
                Model::isEmbedding);

        private final Sentence missing;
        private final Predicate<Model> fits;

        /** @param missing replaces a sample */
        Role(Sentence missing, Predicate<Model> fits) {
            this.missing = missing;
            this.fits = fits;
        }

        Sentence missing() {
            return missing;
        }

        private static Role of(@Nullable String word) {
            return word == null ? TEXT : valueOf(word.toUpperCase(Locale.ROOT));
        }

        private static boolean writes(Model model) {
            return model.answers() && !model.makesImages();
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)(?: (\\w+))?\\n(.*?)^```$");
    private static final Pattern MODEL =
            Pattern.compile("(anthropic/)?(?:google/)?gemini-(?:\\d|embedding-|nano-)[a-z0-9.-]*(\\[1m])?");
    private static final Pattern HOLE = Pattern.compile("\\{\\{(model|alias) (\\w+)}}");
    private static final Pattern HTML = Pattern.compile("(?s)<!--sample (\\w+)-->(.*?)<!--/sample-->");

    static Samples of(Catalogue catalogue, ModelLife life) {
        return of(catalogue, life, model -> true);
    }

    /** @param isAllowed the models that may be named */
    static Samples of(Catalogue catalogue, ModelLife life, Predicate<Model> isAllowed) {
        Map<Role, String> ids = new EnumMap<>(Role.class);
        Map<Role, String> aliases = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            life.lasting(catalogue.all().stream()
                            .filter(isAllowed)
                            .filter(model -> role.fits.test(life.current(model)))
                            .toList())
                    .ifPresent(model -> {
                        ids.put(role, model.id());
                        aliases.put(
                                role, MessagesAlias.of(model, model.upstream().inputTokensMax()));
                    });
        }
        return new Samples(ids, aliases);
    }

    // ---- when the documentation is made

    /** Puts holes where the samples of a Markdown file name models. The word after a sample's language is its role, without one {@code text}. */
    static String marked(String markdown) {
        return FENCE.matcher(markdown)
                .replaceAll(fence -> Matcher.quoteReplacement(
                        fence.group(1).equals("yaml") && fence.group(2) == null
                                ? fence.group()
                                : fence.group().substring(0, fence.start(3) - fence.start())
                                        + holes(fence.group(3), Role.of(fence.group(2)))
                                        + "```"));
    }

    /** Puts holes where a text names models. */
    static String holes(String text, Role role) {
        return MODEL.matcher(text)
                .replaceAll(model -> "{{" + (model.group(1) == null ? "model " : "alias ") + role.word() + "}}");
    }

    /** Returns the role that the holes of a text have; null without holes. */
    static @Nullable String role(String text) {
        Matcher hole = HOLE.matcher(text);
        return hole.find() ? hole.group(2) : null;
    }

    /** Marks where a sample begins in HTML. @param role null if it names no model */
    static String begin(@Nullable String role) {
        return role == null ? "" : "<!--sample " + role + "-->";
    }

    static String end(@Nullable String role) {
        return role == null ? "" : "<!--/sample-->";
    }

    // ---- for a reader

    /** Returns HTML whose samples name models of this server. @param language of the HTML */
    String inHtml(String html, Language language) {
        String samples = HTML.matcher(html).replaceAll(sample -> {
            Role role = Role.of(sample.group(1));
            return Matcher.quoteReplacement(
                    ids.containsKey(role)
                            ? sample.group(2)
                            : "<p class=\"note\">"
                                    + ManualPages.escaped(role.missing().in(language)) + "</p>");
        });
        return HOLE.matcher(samples).replaceAll(hole -> Matcher.quoteReplacement(ManualPages.escaped(name(hole))));
    }

    /** Returns Markdown whose samples name models of this server. */
    String inMarkdown(String markdown) {
        String samples = FENCE.matcher(markdown).replaceAll(fence -> {
            String word = role(fence.group(3));
            boolean isSold = word == null || ids.containsKey(Role.of(word));
            return Matcher.quoteReplacement(
                    isSold
                            ? "```" + fence.group(1) + "\n" + fence.group(3) + "```"
                            : Role.of(word).missing.english());
        });
        return HOLE.matcher(samples).replaceAll(hole -> Matcher.quoteReplacement(name(hole)));
    }

    /** Returns a sample whose models are named. */
    String inText(String sample) {
        return HOLE.matcher(sample).replaceAll(hole -> Matcher.quoteReplacement(name(hole)));
    }

    private String name(MatchResult hole) {
        Map<Role, String> names = hole.group(1).equals("model") ? ids : aliases;
        return Objects.requireNonNullElse(names.get(Role.of(hole.group(2))), "MODEL");
    }
}
