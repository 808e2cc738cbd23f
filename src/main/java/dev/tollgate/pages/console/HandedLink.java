package dev.tollgate.pages.console;

import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import templates.console.JtelinkGenerated;

/** The page that shows a link once, for the operator to hand over. */
final class HandedLink {

    private HandedLink() {}

    /** @param back where it goes on from there; said to be done where the link went by mail */
    static PageStep page(PageRequest<?> request, OperatorLinks.MadeLink made, boolean isInvitation, String back) {
        if (made.path() == null) {
            return PageStep.to(back + "?done=invited");
        }
        String about = isInvitation
                ? "Pass it on to " + made.email()
                        + ". Anyone who opens it can choose a password and sign in. It works once, within 7 days,"
                        + " and is shown only once. Mail is off, so nothing was sent."
                : "Pass it on to " + made.email()
                        + ". Anyone who opens it can set a new password. It works once, within 30 minutes, and is"
                        + " shown only once.";
        String link = request.address() + made.path();
        return PageStep.show(
                (out, shell) -> JtelinkGenerated.render(out, null, shell, "Copy this link now", about, link, back));
    }
}
