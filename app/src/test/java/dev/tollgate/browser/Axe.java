package dev.tollgate.browser;

import com.microsoft.playwright.Page;
import dev.tollgate.testing.Effort;
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
     * The rules about appearance: colours, sizes, scrolling. The other rules read the document, which is the same in each window except for what
     * is hidden there.
     */
    static final List<String> SEEN =
            List.of("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size");

    /** How large what is pressed is. */
    static final List<String> TARGETS = List.of("target-size");

    /** All rules, but those that are experimental or for level AAA; axe itself leaves {@link #TARGETS} out. */
    static final List<String> ALL = List.of();

    private static final String RUN = """
            async only => (await axe.run(document, {resultTypes: ['violations'],
              ...(only.length ? {runOnly: only} : {rules: {'target-size': {enabled: true}}})})).violations.flatMap(rule =>
              rule.nodes.map(node => rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary))""";

    /**
     * Half of our pages is rows, options and links that one line of a template has made. Of siblings that are made alike (elements, attributes
     * and whether they have words) axe checks the first two and the last. The others are removed during the check, except an element that may be
     * referred to from elsewhere, is selected, or has the focus.
     */
    private static final String RUN_ON_A_SAMPLE = """
            async only => {
              const ANY = /^(href|value|name|title|datetime|aria-label|d|x|y|x1|x2|y1|y2|width|height|points|transform|data-.*)$/;
              const NAMES = '[id], [for], [aria-labelledby], [aria-describedby], :checked';
              const numbers = new Map();
              const makes = new Map();
              const read = each => {
                let make = each.localName;
                for (const {name, value} of each.attributes) {
                  make += ' ' + name + '=' + (ANY.test(name) && value ? '*' : value);
                }
                for (const child of each.childNodes) {
                  make += child.nodeType === 1 ? ',' + read(child) : child.nodeType === 3 && child.data.trim() ? ',words' : '';
                }
                numbers.has(make) || numbers.set(make, numbers.size);
                makes.set(each, numbers.get(make));
                return numbers.get(make);
              };
              const out = [];
              const thin = parent => {
                const seen = new Map();
                for (const child of parent.children) {
                  const same = (seen.get(makes.get(child)) ?? 0) + 1;
                  seen.set(makes.get(child), same);
                  if (same > 2 && child.nextElementSibling && !child.matches(NAMES) && !child.querySelector(NAMES)
                      && !child.contains(document.activeElement)) {
                    out.push(child);
                  } else {
                    thin(child);
                  }
                }
              };
              read(document.body);
              thin(document.body);
              const places = out.map(child => [child, child.parentNode, child.nextSibling]);
              out.forEach(child => child.remove());
              try {
                return await (%s)(only);
              } finally {
                places.reverse().forEach(([child, parent, next]) => parent.insertBefore(child, next));
              }
            }""".formatted(RUN);

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
     * @return a sentence for each place that breaks a rule, in the gate of a sample of what is made alike
     */
    @SuppressWarnings("unchecked")
    List<String> complaints(List<String> rules) {
        if (!(boolean) page.evaluate(LOAD)) {
            page.evaluate(Source.TEXT);
            page.addInitScript("window.loadAxe = () => {" + Source.TEXT + "\n};");
        }
        return (List<String>) page.evaluate(Effort.isLong() ? RUN : RUN_ON_A_SAMPLE, rules);
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
