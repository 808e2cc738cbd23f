package dev.tollgate.browser;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** What axe-core finds on the documents of a page against WCAG 2.2, levels A and AA, and its best practices. */
final class Axe {

    private static final String SHA_256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

    /**
     * The rules about what is seen: colours, sizes, what scrolls. The others read what stands in the document, which is the same in each window but
     * for what is hidden there.
     */
    static final List<String> SEEN =
            List.of("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size");

    /** All rules, but those that are experimental or for level AAA. */
    static final List<String> ALL = List.of();

    private static final String RUN = """
            async only => (await axe.run(document, {resultTypes: ['violations'], ...(only.length ? {runOnly: only} : {})})).violations.flatMap(rule =>
              rule.nodes.map(node => rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary))""";

    /** It is larger than all of our pages: from the second document on it is there already, unread until it is wanted. */
    private static final String LOAD = "() => 'axe' in window || 'loadAxe' in window && (loadAxe(), true)";

    private static final class Source {

        static final String TEXT = read();
    }

    private final Page page;

    Axe(Page page) {
        this.page = page;
    }

    /**
     * @param rules {@link #ALL} or {@link #SEEN}
     * @return a sentence for each place that breaks a rule
     */
    @SuppressWarnings("unchecked")
    List<String> complaints(List<String> rules) {
        if (!(boolean) page.evaluate(LOAD)) {
            page.evaluate(Source.TEXT);
            page.addInitScript("window.loadAxe = () => {" + Source.TEXT + "\n};");
        }
        return (List<String>) page.evaluate(RUN, rules);
    }

    private static String read() {
        try (InputStream in = Objects.requireNonNull(Axe.class.getResourceAsStream("/axe/axe.min.js"))) {
            byte[] bytes = in.readAllBytes();
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            if (!hash.equals(SHA_256)) {
                throw new IllegalStateException("axe.min.js is not the one that was published: " + hash);
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
