package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operator's texts on every page.
 *
 * @param announcement a sentence at the top; null for none
 * @param links at the foot
 * @param organizations whether several people can share an account
 * @param money what people see first who have not chosen
 * @param restored for operators and owners: that the books were restored lately; null if they were not
 */
public record OperatorWords(
        @Nullable String announcement,
        List<Link> links,
        boolean organizations,
        Money money,
        @Nullable Sentence restored) {

    public static final Sentence TERMS = sentence("Terms");
    public static final Sentence PRIVACY = sentence("Privacy");
    public static final Sentence IMPRINT = sentence("Imprint");

    /** The words of an installation that was not restored. Parameters as above. */
    public OperatorWords(@Nullable String announcement, List<Link> links, boolean organizations, Money money) {
        this(announcement, links, organizations, money, null);
    }

    public OperatorWords {
        links = List.copyOf(links);
    }

    /** Returns the address of a link at the foot; null if the operator has set none. */
    public @Nullable String href(Sentence name) {
        return links.stream()
                .filter(link -> link.name().equals(name))
                .map(Link::href)
                .findFirst()
                .orElse(null);
    }

    /** @param href of a place of the operator's own choice */
    public record Link(Sentence name, String href) {}
}
