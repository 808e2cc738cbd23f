package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Words.say;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;
import org.jspecify.annotations.Nullable;

/**
 * Code with a button that copies it. A request in curl gets its forms in Python and JavaScript; samples without a word between them are forms of one.
 * Of one rendering.
 */
final class CodeListing implements NodeRenderer {

    /** Languages of samples and their names. */
    private static final Map<String, String> NAMES =
            Map.of("sh", "curl", "python", "Python", "js", "JavaScript", "java", "Java");

    private final HtmlWriter html;
    private int number;

    CodeListing(HtmlNodeRendererContext context) {
        this.html = context.getWriter();
    }

    @Override
    public Set<Class<? extends Node>> getNodeTypes() {
        return Set.of(FencedCodeBlock.class, IndentedCodeBlock.class);
    }

    @Override
    public void render(Node node) {
        if (node instanceof IndentedCodeBlock code) {
            listing("", code.getLiteral());
        } else if (node instanceof FencedCodeBlock fenced && !isForm(fenced.getPrevious(), fenced)) {
            String role = Samples.role(fenced.getLiteral());
            html.raw(Samples.begin(role));
            forms(fenced);
            html.raw(Samples.end(role));
        }
    }

    /** Returns whether a block is one more form of the one before it. */
    private static boolean isForm(@Nullable Node before, @Nullable Node block) {
        return before instanceof FencedCodeBlock one
                && block instanceof FencedCodeBlock other
                && NAMES.containsKey(language(one))
                && NAMES.containsKey(language(other))
                && !language(one).equals(language(other));
    }

    private void forms(FencedCodeBlock first) {
        Map<String, String> forms = new LinkedHashMap<>();
        Node last = first;
        forms.put(language(first), first.getLiteral());
        while (isForm(last, last.getNext())) {
            last = last.getNext();
            forms.put(language((FencedCodeBlock) last), ((FencedCodeBlock) last).getLiteral());
        }
        Sample sample = language(first).equals("sh") ? Sample.ofCurl(first.getLiteral()) : null;
        if (sample != null) {
            forms.putIfAbsent("python", sample.python());
            forms.putIfAbsent("js", sample.javaScript());
        }
        if (forms.size() == 1) {
            listing(language(first), first.getLiteral());
            return;
        }
        html.tag("div", Map.of("class", "samples"));
        forms.forEach((language, code) -> {
            html.raw("<p class=\"small muted\">" + NAMES.get(language) + "</p>");
            listing(language, code);
        });
        String question = sample == null ? "" : sample.question();
        if (!question.isEmpty()) {
            html.raw("<p class=\"small\"><a href=\"/playground?model={{model text}}"
                    + "#prompt="
                    + URLEncoder.encode(question, StandardCharsets.UTF_8).replace("+", "%20")
                    + "\">");
            html.text(say("Try it in the playground"));
            html.raw("</a></p>");
        }
        html.tag("/div");
    }

    private static String language(FencedCodeBlock fenced) {
        return Objects.requireNonNullElse(fenced.getInfo(), "").replaceAll(" .*", "");
    }

    private void listing(String language, String code) {
        String id = "code-" + ++number;
        html.tag("div", Map.of("class", "snippet"));
        html.raw("<button type=\"button\" data-copy=\"" + id + "\" hidden>");
        html.text(say("Copy"));
        html.raw("</button>");
        html.raw("<pre tabindex=\"0\" id=\"" + id + "\""
                + (language.isEmpty() ? "" : " data-language=\"" + ManualPages.escaped(language) + "\"") + ">");
        html.text(code.stripTrailing());
        html.tag("/pre");
        html.tag("/div");
    }
}
