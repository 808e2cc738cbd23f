package dev.tollgate.pages.docs;

import java.util.Map;
import java.util.Set;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;

/** Code with a button that copies it. Of one rendering. */
final class Listing implements NodeRenderer {

    private final HtmlWriter html;
    private int number;

    Listing(HtmlNodeRendererContext context) {
        this.html = context.getWriter();
    }

    @Override
    public Set<Class<? extends Node>> getNodeTypes() {
        return Set.of(FencedCodeBlock.class, IndentedCodeBlock.class);
    }

    @Override
    public void render(Node node) {
        String code =
                node instanceof FencedCodeBlock fenced ? fenced.getLiteral() : ((IndentedCodeBlock) node).getLiteral();
        String id = "code-" + ++number;
        html.tag("div", Map.of("class", "snippet"));
        html.raw("<button type=\"button\" data-copy=\"" + id + "\" hidden>Copy</button>");
        html.raw("<pre tabindex=\"0\" id=\"" + id + "\">");
        html.text(code.stripTrailing());
        html.tag("/pre");
        html.tag("/div");
    }
}
