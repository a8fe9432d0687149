"""Cues of claims, returns, refunds and parcels that come back."""

from __future__ import annotations

from typing import Final

from addin.logic.intake.cue import CARRIER, ITEM, PARCEL, WANT, Cue, cue

CLAIM_CUES: Final[tuple[Cue, ...]] = (
    # -- carrier claims
    cue("UPC", 3, r"\b(?:jamais|pas|non|rien) (?:encore |du tout )?recue?s?\b", "DNR"),
    cue("UPC", 2,
        rf"\bdisput\w{{1,3}} (?:the )?contents?\b|\bmissing (?:the |a |her |one )?{ITEM}\b(?! (?:from|"
        rf"in) (?:the )?(?:stock|bin|location|shelf))",
        "MISSING_CONTENTS"),
    cue("UPC", 3, rf"\b(?:left|dropped|delivered|gave|put)\b(?: (?:it|her|his|the|their))?(?: (?:{PARCEL}|{ITEM}))? "
        r"(?:with the people )?next door\b", "MISDELIVERY"),
    cue("UPC", 3, r"\b(?:ouvrir|faire|deposer) une reclamation\b"),
    cue("UPC", 3, r"\b(?:no (?:new |more |further )?(?:scans?|movement|tracking (?:update|event)s?|"
        r"updates? on (?:the )?tracking)|(?:not|n't|hasn'?t|nothing)(?: been)? (?:moved|moving|scanned|"
        r"updated)|tracking (?:is )?(?:stuck|stopped|dead|frozen|not (?:moving|updat\w{1,4}))|aucun (?:scan|"
        r"mouvement)|last scan)\b", "LOST"),
    cue("UPC", 3, rf"\b(?:{PARCEL}\W{{1,2}}(?:#?\d{{6,14}}\W{{1,2}})?(?:is |was |has |been |gone |presumed |est |"
        rf"declared ){{0,3}}(?:lost|missing|disappeared|vanished|perdu|never (?:arrived|turned up))|"
        rf"lost (?:in transit|by|{PARCEL}|with)|missing {PARCEL}|{CARRIER} (?:\w+ ){{0,2}}?lost\b|"
        rf"(?:gone|went|going) (?:missing|astray|awol)|colis perdu|never (?:arrived|turned up|showed up|came(?! "
        rf"back)))",
        "LOST"),
    cue("UPC", 3, r"\b(?:colis|sac|boite|carton|article|montre|ceinture|foulard|bijou)\W{1,2}(?:est |etait |arrivee? |"
        r"tout |tres |completement ){0,3}(?:ecrase|raye|mouille|dechire|casse|abime|endommage|defonce)e?s?\b",
        "DAMAGE"),
    cue("UPC", 2, r"\b(?:denied|rejected|declined|refused|turned down) (?:the |our |this |my )?claim\b|"
        r"\bclaim (?:was |is |got |has been )?(?:denied|rejected|declined|turned down)\b|\bappeal\b"),
    cue("UPC", 3, r"\b(?:1z[0-9a-z]|tracking\b)[0-9a-z -]{0,32}\W{1,2}(?:is |was |has been |both |all |now |been |"
        r"presumed |declared ){0,3}lost\b", "LOST"),
    cue("UPC", 3, r"\bdelivered\b(?:(?!\bdelivered\b)[\s\S]){0,80}?\b(?:client|customer|she|he|they|lady|"
        r"gentleman)\b(?: (?:says?|said|claims?|swears?|insists?|tells? us))?(?: (?:that|it|the parcel|she|he|"
        r"they)){0,2} never (?:came|arrived|turned up|showed up|received|got)\b", "DNR"),
    cue("UPC", 3, r"\b(?:threw|thrown|chucked|tossed|dumped|left|lobbed)\b(?: (?:it|this|the|her|his|their|parcel|"
        r"box|order|package|#?\d{6,14})){0,3} (?:over|behind|in|into|on|under|by) (?:the |a |her |his |their |my )?"
        r"(?:fence|wall|gate|hedge|bins?|rain|road|street|driveway|pavement)\b"),
    cue("UPC", 2, r"\b(?:tracer|(?:ups|carrier) investigation|open an investigation with)\b", "LOST"),
    cue("UPC", 3, r"\b(?:(?:says?|shows?|showing|shown|marked|tracking|ups|scanned)(?: as| it'?s| it is| it was| was|"
        r" is| says| shows| has)? ['\"]?delivered['\"]?\b[^.;\n]{0,60}\b(?:not|n't|never|nothing|no parcel|"
        r"denies|without|didnt)\b|(?:not|never|n't|didnt) (?:actually |yet )?(?:received|receive|got|get|had|"
        r"seen) (?:it|the|her|his|their|any|this|parcel|package|order|anything|delivery|#?\d{6,14})(?! (?:refund|money|"
        r"reply|answer|email|update|confirmation|back))|den(?:ies|y|ied) (?:receipt|receiving|delivery|"
        r"having)|non[- ]receipt|\bdnr\b|\binr\b|livre mais|pas (?:encore )?recu)", "DNR"),
    cue("UPC", 2, r"\b(?:pod (?:shows|says|name|is|with|photo)|signed (?:for )?by (?:someone|a |an? |unknown)|(?:not|"
        r"isn'?t) (?:her|his|their|the client'?s) signature|left(?: (?:it|this|the|parcel|order|#?\d{6,14})){0,3} with "
        r"(?:a |the |some )?neighbou?r|"
        r"given to (?:a )?neighbou?r|left (?:at|in|with|on) (?:the |her |his |a )?(?:reception|concierge|"
        r"door|doorstep|porch|safe place|lobby|front desk|garden))\b", "DNR"),
    cue("UPC", 3, r"\b(?:mis-?deliver\w{1,3}|(?:delivered|left|dropped|taken) (?:it )?(?:to|at) (?:the )?(?:wrong|"
        r"another|someone else'?s|next door)|wrong (?:house|door|building|recipient) )", "MISDELIVERY"),
    cue("UPC", 3, rf"\b(?:(?:box|parcel|package|packaging|carton|outer|order|bag|item|watch|belt|it|colis|{ITEM})"
        rf"\W{{1,2}}(?:was |is |arrived |came |has been |been |got |totally |all |very |badly |looks |et |"
        rf"est |arrive )*(?:crushed|damaged|broken|scratched|dented|torn|wet|soaked|smashed|leaking|burst|"
        rf"squashed|abime\w?|casse\w?|endommage\w?)|(?:arrived|received|delivered|came|turned up)"
        rf" (?:\w+ ){{0,2}}?(?:crushed|damaged|broken|scratched|dented|torn|wet|soaked|smashed|in pieces)|"
        rf"(?:damaged|crushed|broken) (?:in transit|by|on arrival|{PARCEL}|{ITEM})|transit damage|"
        rf"damage claim|abime|endommage)", "DAMAGE"),
    cue("UPC", 3, rf"\b(?:{PARCEL}\W{{1,2}}(?:was |is |arrived |came |turned up |etait |est )*(?:empty|vide)|"
        rf"empty (?:box|parcel|package|carton)|nothing (?:in(?:side)?|in it)\b|"
        rf"missing (?:from (?:the )?{PARCEL}|contents)|{ITEM} (?:was |is |were )?(?:missing|not|(?:was|is|were)n'?t) "
        rf"(?:from |"
        rf"in(?:side)? )(?:the )?{PARCEL}|contents? (?:were |was |is |are )?missing|(?:tape|seal) (?:was |"
        rf"is )?(?:cut|broken|tampered|open)|re-?sealed|(?:box|colis) vide)", "MISSING_CONTENTS"),
    cue("UPC", 2, r"\blate by (?:\d{1,2}|a|one|two|three)\b|\b(?:\d{1,2}|one|two|three) (?:days?|hours?|hrs?) late\b",
        "LATE"),
    cue("UPC", 2, rf"\b(?:(?:arrived|delivered|came|turned up|got there)\b[^.;\n]{{0,24}}\b(?:late|"
        rf"after (?:the )?(?:slot|window|cut))|missed (?:the )?(?:\d{{1,2}}[:.]?\d{{0,2}}|timed|express|noon|"
        rf"delivery|slot|window|guarantee\w{{0,2}}|9am|am)|money[- ]?back guarantee|service failure|"
        rf"{CARRIER} (?:was |were )?late|en retard|late delivery)", "LATE"),
    cue("UPC", 3, r"\b(?:(?:return|rma) (?:parcel |label )?(?:\w+ ){0,4}?(?:never (?:arrived|got|made|reached)|lost|"
        r"no scans?|not (?:arrived|received|turned up))|(?:dropped|handed) (?:\w+ ){0,3}?(?:off|in|over)"
        r"\b[^.;\n]{0,60}\b(?:never|no (?:scan|trace|movement)|nothing (?:since|after|yet)|shows nothing|"
        r"not (?:arrived|received|here)|lost))", "RETURN_LEG"),
    cue("UPC", 3, r"\b(?:(?:open|file|raise|start|make|lodge|submit|put in) (?:a |the |an? )?(?:ups |carrier |loss |"
        r"damage )*claim|(?:can|could|should|do) (?:we|i|you|u) claim|(?:ups|carrier|dpd|dhl) claim|"
        r"claim (?:against|with|from|back from) (?:ups|the carrier|carrier)|reclamation (?:ups|transporteur))"
        r"\b"),
    cue("UPC", 3, r"\bweigh\w{0,4}\b[^;\n]{0,60}\b(?:ups|carrier|they|them)\b(?: scale)? (?:says?|shows?|has|"
        r"weighed|got)\W{0,3}\d",
        "MISSING_CONTENTS"),
    cue("UPC", 3, r"\b(?:parcels?|boxes|orders?|scarves|bags) (?:were |was |got |are |have been )?(?:swapped|"
        r"mixed up|crossed)\b|"
        r"\bgot (?:someone|somebody|another (?:client|customer)|each other|[a-z]+)(?: else)?'s (?:parcel|order|"
        r"scarf|bag|box|item)\b",
        "MISDELIVERY"),
    cue("UPC", 3, r"\barrivee?s? (?:avec (?:une? )?|tout |toute )?(?:rayure|rayee?|tachee?|dechiree?|cassee?|"
        r"abimee?|mouillee?)s?\b",
        "DAMAGE"),
    cue("UPC", 3, r"\bdelivered\b[^.;\n]{0,40}\b(?:but|yet|and)\b[^.;\n]{0,30}\b(?:not|never|n't|no one|"
        r"nobody) (?:\w+ ){0,2}?"
        r"(?:received?|got|seen|there|arrived)\b|\bsignature (?:is ?n.?t|is not|was ?n.?t|not) (?:hers|his|"
        r"theirs|(?:her|his|their) own)\b",
        "DNR"),
    cue("UPC", 3, r"\b(?:one|1|other|second|2nd|half) (?:\w+ )?(?:delivered|arrived|here|"
        r"received)\b[^.;\n]{0,20}\b(?:one|1|other|second|"
        r"2nd|half|rest) (?:\w+ )?(?:missing|lost|not|still)\b", "LOST"),
    cue("UPC", 3, rf"\b(?:only|just) (?:\d{{1,2}}|one|two|half) (?:out )?of (?:the )?(?:\d{{1,2}}|two|three|"
        rf"four|five|{ITEM})"
        rf"\b[^.;\n]{{0,24}}\b(?:in (?:the |her |his )?{PARCEL}|arrived|inside|received|delivered|came)\b"
        rf"|\b(?:short|partial) (?:delivery|contents)\b", "MISSING_CONTENTS"),
    cue("UPC", 3, r"\b(?:both|all|two|three|some|several)(?: of them| parcels| boxes)?(?: are| were| is|"
        r" arrived| came)*"
        r" (?:damaged|crushed|broken|wet|torn|smashed)\b", "DAMAGE"),
    cue("UPC", 3, r"\bonly (?:one|1|two|2|half|some)(?: of (?:them|the \w+))?(?: parcels?| box(?:es)?)? (?:has |have )?"
        r"(?:arrived|delivered|came|turned up)\b", "LOST"),
    cue("UPC", 3, rf"\bno {ITEM}\b[^.;\n]{{0,12}}\b(?:just|only|but)\b (?:some |the |a |empty )?(?:paper|packaging|"
        rf"tissue|"
        rf"air|bubble\w*|box)\b", "MISSING_CONTENTS"),
    cue("UPC", 3, rf"\b(?:as|since|because) (?:it|they|the {PARCEL}) (?:was|is|got|has been|were) lost\b", "LOST"),
    cue("UPC", 2, r"\b(?:update|news|progress|status)\b[^.;\n]{0,12}\b(?:on|of|for|about)\b[^.;\n]{0,10}\bclaims?\b|"
        r"\bclaim (?:clm|no|number|ref)\b|\bclm-\d"),
    # -- returns and their quality check
    cue("RQC", 3, r"\b(?:wants?|needs?|prefers?|send|get)\W{1,3}(?:\w+\W{1,3})?the (?:right|correct) "
        r"(?:one|colou?r|size|item|article|bag)\b", "EXCHANGE"),
    cue("RQC", 3, r"\b(?:is|are) (?:\S+ ){0,2}(?:genuine|authentic|real|fake)\s?\?|\blooks? (?:like a )?(?:fake|"
        r"counterfeit|"
        r"not genuine)\b|\b(?:stamp|logo|serial|stitching)\b[^.;\n]{0,20}\b(?:fake|wrong font|not genuine)\b"),
    cue("RQC", 3, rf"\bwrong (?:{ITEM}|colour|color|size)\b(?:\W{{1,3}}\w+){{0,2}}?\W{{1,3}}(?:received|sent|"
        rf"delivered|"
        rf"arrived|shipped|in (?:the )?{PARCEL})\b|\b(?:received|got|sent|was sent) (?:the |a |"
        rf"an )?wrong (?:{ITEM}|colour|color|"
        rf"size|one)\b|\b(?:got|received|was sent) (?:the |a |an )?\w+ instead of (?:the |a |an |her |his )?\w+"),
    cue("RQC", 3, r"\b(?:seals?|pallet|cartons?)\b[^.;\n]{0,30}\b(?:broken|open|damaged|"
        r"tampered)\b[^.;\n]{0,40}\b(?:rma|"
        r"returns?)\b|\b(?:rma|returns?)\b[^.;\n]{0,30}\b(?:seals? (?:is |was |are )?(?:broken|open|tampered)|"
        r"arrived open)\b|"
        r"\bseal broken on (?:the )?returns?\b"),
    cue("RQC", 3, r"\bserial\b[^.;\n]{0,60}\b(?:we (?:had )?sold|was sold|sold (?:was|with|one)|on the (?:sale|"
        r"invoice))\b"),
    cue("RQC", 3, r"\bko(?:'?e?d|s)?\b(?! rates?)"),
    cue("RQC", 3, r"\b3pl\b[^.;\n]{0,50}\b(?:reject\w{0,2}|refus\w{1,3}|fail\w{0,2}|grad\w{1,3}|unsure|not sure|"
        r"says?|"
        r"flag\w{0,3})\b"),
    cue("RQC", 3, r"\b(?:re-?grad\w{1,3}|re-?inspect\w{0,4}|need(?:s)? (?:a )?grad\w{1,3}|what grade|second opinion|"
        r"(?:2nd|second|1st|first|2e|2eme|1er|premier|deuxieme) (?:choice|choix))\b"),
    cue("RQC", 3, r"\b(?:(?:not |n't |isn'?t |whether |if )(?:sure |certain )?(?:it'?s |it is |this is |"
        r"that'?s )?(?:genuine|authentic)|counterfeit|authenticity|contrefacon|serial (?:no |"
        r"number )?(?:does ?n.?t|does not|not|don'?t|mis-?) ?match\w{0,3}|serial mismatch|"
        r"product uncertainty|not the (?:same )?(?:bag|item|piece|one) we (?:sold|sent|shipped)|(?:different|"
        r"wrong) (?:item|bag|piece|serial|article|one|colour|color|size|pair) (?:came back|returned|in the return|in "
        r"the box|"
        r"received back|was returned|sent back))\b"),
    cue("RQC", 2, r"\b(?:rma|retour)\b[^.;\n]{0,60}\b(?:portee?s?|usee?s|abimee?s?|tachee?s?|rayee?s?|parfum|odeur|"
        r"sans (?:la |sa )?"
        r"(?:boite|etiquette|pochette|facture)|incompl\w{2,4})\b"),
    cue("RQC", 2, r"\b(?:returns?|rma|retour)\b[^.;\n]{0,40}\b(?:worn|used|smell\w{0,2}|odou?r|make-?up|marks?|"
        r"marked|"
        r"scratch\w{0,3}|damaged|incomplete|without (?:the )?(?:box|dust ?bag|receipt)|no (?:box|dust ?bag|"
        r"receipt|tags?)|inspect\w{0,4}|qc|condition|arrived|received|back)\b"),
    cue("RQC", 2, r"\b(?:looks? (?:worn|used)|been (?:worn|used)|smells? of|missing (?:the )?(?:dust ?bag|box|"
        r"receipt|"
        r"tags?|accessor\w{1,3})|(?:sent|came) back (?:worn|used|without|damaged))\b"),
    cue("RQC", 3, rf"\b{WANT}\b(?:\W{{1,3}}(?!to\W{{1,3}}check)[\w']+){{0,4}}?\W{{1,3}}(?:return|retourner|"
        rf"send (?:\w+ ){{0,3}}back)\b(?!\W{{1,3}}(?:to sender|to shipper|label))", "RETURN"),
    cue("RQC", 3, r"(?:^|[.;,:\n]\s?|\b(?:also|and|then|to|please|pls|can|could|initiate|start|make|arrange|do|for|"
        r"process|like|a|her|his|their|full|eligible for|mind and|just) )return(?:ing)? (?:#?w?\d|the\b|"
        r"all\b|it\b|them\b|this\b|that\b|these\b|those\b|both\b|your\b|an?\b|my\b|her\b|his\b|their\b|for\b|"
        r"everything|items?|some\b|one\b|most\b|label|request)", "RETURN"),
    cue("RQC", 2, r"\b(?:she|he|they|client|customer)(?:'?ll| will| can| could| is happy to| is going to| has to| to)"
        r" (?:return|send it back)\b", "RETURN"),
    cue("RQC", 2, r"\b(?:for (?:a |the )?return|return (?:request|process|policy|window|the)|retour (?:client|"
        r"du|de la|"
        r"de l))\b|\breturns?\b(?= (?:or|and) (?:a )?(?:refund|exchange))", "RETURN"),
    cue("RQC", 3, rf"\b(?:exchang(?:e|es|ed|ing)|echang\w{{1,3}}|swap(?:ped)? (?:it|the|for|her|this|them|my|out)|"
        rf"(?:{WANT}|get|have)\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}replace(?:ment|d)?)\b(?! rate)", "EXCHANGE"),
    cue("RQC", 1, r"\b(?:faulty|defective|defect|does ?n.?t (?:work|pair|fit|match|look)|"
        r"missing pieces?|"
        r"stopped working|too (?:small|big|short|large|tight))\b", "RETURN"),
    cue("RQC", 2, r"\b(?:clasp|zip(?:per)?|strap|stitching|heel|lock) (?:broke|failed|came (?:off|undone)|"
        r"fell off) (?:after|within|on the)\b|"
        r"\b(?:stopped|no longer) work(?:ing|s)\b", "RETURN"),
    cue("RQC", 2,
        r"\b(?:eligible (?:to receive|for) (?:a )?(?:full )?(?:refund|return)|do(?:n'?t| not) want to keep)\b",
        "RETURN"),
    # -- refunds
    cue("RFD", 3, r"\b(?:refund(?:s|ed|ing)?(?! (?:e-?mails?|confirmation|receipt|policy|note|letter|advice|clock|"
        r"deadline|window)\b)|refnd|"
        r"re-?imburs\w{1,6}|rembours\w{1,6}|money back(?! guarantee)|"
        r"credit (?:her|him|(?:the )?(?:client|customer|card)|back)|remb|refunding)\b"),
    cue("RFD", 3, r"\b(?:asks? for|asking for|wants?|waiting for|waits for) (?:her |his |their |the |my )?money\b"),
    cue("RFD", 3, r"\b(?:wants?|get|getting|gets|give|asks? for|asking for|would like|needs?)\b[^.;\n]{0,24}\b(?:fees?|"
        r"costs?|charges?|postage|money|difference|deposit)\b(?: (?:of )?\S{1,10}){0,2} back\b"),
    cue("RFD", 3, r"\b(?:cancel(?:l?ed|l?ing|s|lation)?|annul(?:er|e|ation|ez))\b(?!\W{1,3}(?:my|the|that|this)"
        r" (?:last|previous) (?:msg|message|one|request))", "CANCEL"),
    cue("RFD", 2, r"\b(?:(?:want|like) to not receive|not receive the (?:current )?order|no longer wants? (?:it|"
        r"the order|this)|accidentally (?:placed|ordered)|ordered by mistake|does ?n.?t want the order)\b", "CANCEL"),
    cue("RFD", 2, r"\b(?:buy the (?:item|same) (?:\w+ ){0,3}from the other|going to buy (?:it|"
        r"the item))\b", "CANCEL"),
    cue("RFD", 2,
        r"\b(?:(?:paid|billed|debited) (?:twice|two times|2x)|two payments|charged twice|charged \d ?x|"
        r"double[- ]charged|over-?charged|charged (?:two|three|2|3) times)\b"),
    cue("RFD", 2, r"\b(?:diff(?:erent)?|another|other|new|autre) (?:card|account|carte|bank)\b|"
        r"\bold card (?:is |was |has been |now )?(?:closed|cancelled|expired|lost|blocked|stolen)\b", "METHOD"),
    # -- carrier returned parcel
    cue("CRP", 3, r"\brefuse (?:le|la|son|sa) (?:colis|livraison|commande)\b|\bcolis (?:a ete )?refuse\b|"
        r"\brevenu(?:e)? (?:a|au) "
        r"(?:l.?)?(?:expediteur|entrepot)\b"),
    cue("CRP", 2, r"\b(?:mystery|unknown|unidentified|stray) (?:parcel|package|box|return)\b|\b(?:parcel|"
        r"package|box)\b[^.;\n]{0,30}\b"
        r"(?:no|without a?) label\b"),
    cue("CRP", 3, r"\b(?:parcel|package|delivery|colis)\W{1,2}(?:was |been |is )?refused?\b"),
    cue("CRP", 3, r"\b(?:return(?:ed|ing|s)? to (?:the )?(?:sender|shipper|us|dc|warehouse|origin)|\brts\b|"
        r"\brtn to sender|retour(?:ne)? (?:a l.?)?expediteur|npai)\b"),
    cue("CRP", 3, rf"\b{CARRIER}\b(?:\W{{1,2}}(?:has|have|is|are|just|driver|guy|van|will|a|they|today|"
        rf"been)){{0,4}}\W{{1,2}}(?:returned|returning|brought|bringing|sent|sending|dropped|dropping|handed|"
        rf"came|retourne\w?|ramene\w?)\b(?:\W{{1,3}}(?!late|delivered)\w+){{0,4}}?\W{{0,3}}(?:\bback\b|"
        rf"\breturned\b|\bretour\b|(?=returned|retourne))?"),
    cue("CRP", 2, rf"\b{PARCEL}\b(?:\W{{1,3}}\w+){{0,4}}?\W{{1,3}}(?:is |has |was |just |been |it'?s )*(?:back (?:at|"
        rf"in|with|on|here|from)|came back|come back|returned (?:by|from|undelivered|unclaimed)|"
        rf"on its way back|brought back|sent back by (?:ups|the carrier|carrier))\b"),
    cue("CRP", 3, r"\b(?:undeliver(?:ed|able)|unclaimed|uncollected|non reclame|not (?:collected|picked up) (?:from|"
        r"at)|(?:access point|pick-?up point|ap)\b[^.;\n]{0,30}\b(?:expired|timed? out|not collected|ended)|"
        r"(?:failed|three|3|third|3rd|final|2|two|all) (?:delivery )?attempts?|"
        r"refused (?:by (?:the )?(?:client|customer|recipient|consignee|receiver|her|him)|(?:the )?(?:parcel|"
        r"delivery|package|at (?:the )?door)|on delivery|at delivery)|(?:client|customer|recipient|she|he|"
        r"they) refused(?! (?:to|a|the refund)))"),
    cue("CRP", 3, r"\b(?:re-?ship(?:ped|ment|ping)?|re-?send\b(?!(?: \w+){0,3} (?:receipt|invoice|facture|e-?mail|link|"
        r"label|confirmation|message|msg|photos?|pics|file|form|document)s?\b)|second (?:shipment|despatch)|2nd "
        r"(?:shipment|despatch)|"
        r"ship (?:it )?again|send (?:it )?(?:out )?again|reexpedi\w{1,4})\b"),
)  # fmt: skip
