"""Cues of requests about an order before or on its way: address, delivery, check, footage, status, stock."""

from __future__ import annotations

from typing import Final

from addin.logic.intake.cue import NEW, Cue, cue

ORDER_CUES: Final[tuple[Cue, ...]] = (
    # -- address change
    cue("ADR", 3,
        r"\b(?:chang\w{0,3}|updat\w{0,3}|correct|amend|new) (?:the |of )?(?:recipient|consignee|addressee|"
        r"name on)\b"),
    cue("ADR", 3, rf"\b{NEW}\b(?:\W{{1,3}}(?!e-?mail|billing|ip|web)\w+){{0,4}}\W{{1,3}}(?<!email )(?<!billing )"
        rf"(?:addr|addres{{1,2}}e?s?|adress\w{{0,2}})\b"),
    cue("ADR", 3, r"\b(?<!email )(?<!billing )(?:addr|addres{1,2}e?s?|adress\w{0,2})"
        r"\b(?:\W{1,3}\w+){0,3}\W{1,3}(?:chang\w{0,3}|chgs?|chgd|chng|updat\w{0,3}|amend\w{0,3}|wrong|incorrect|"
        r"incomplete|"
        r"correction|should be|needs? to be|erronee)\b"),
    cue("ADR", 3, r"\b(?:addr|addres{1,2}|adress\w{0,2}) (?:chnag\w{0,3}|cahng\w{0,3}|chagn\w{0,3}|chnge|chage)\b|"
        r"\b(?:chnag\w{0,3}|cahng\w{0,3}|chagn\w{0,3}|chnge) (?:of |the |her |his )?(?:delivery )?add?ress?\w{0,2}\b"),
    cue("ADR", 3, r"\b(?:re-?direct|divert|re-?route|redirig)\w{0,4}\b"),
    cue("ADR", 2, r"\b(?:deliver|send|ship|livrer)\w{0,3}\b(?:\W{1,3}\w+){0,3}\W{1,2}(?:to|at|a|chez)"
        r"\b[^.;\n]{0,80}\b(?:instead|rather than|plutot)\b"),
    cue("ADR", 2, r"\b(?:moved|moving) (?:house|home|flat|out|address|offices?)\b"),
    cue("ADR", 2, r"\b(?:flat|house|door|postcode|post code)(?: (?:number|no))? (?:is |was )?(?:missing|wrong|"
        r"should be|incorrect|left off)\b"),
    cue("ADR", 2, r"\b(?:needs?|has|have|must|should|ought) to (?:go|be (?:sent|delivered|"
        r"shipped)) to\b[^.;\n]{0,12}\b"
        r"(?:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|her|his|their|a new|the new|\d{1,4} [a-z])\b"),
    cue("ADR", 3, r"\b(?:chang|modifi|corrig|rectifi)\w{1,5} (?:le )?(?:nom(?: du destinataire)?|destinataire)\b"),
    cue("ADR", 2, r"\b(?:mum|mother|dad|father|sister|brother|daughter|son|husband|wife|partner|colleague|assistant|pa|"
        r"friend|porter) will (?:take|receive|sign for|accept|collect) (?:it|the|her|his|their|this)\b"),
    cue("ADR", 2, r"\b(?:addr|address|adress\w{0,2})\s?(?:→|-{1,2}>|=>|>|:|=)\s?[^;?]{3,90}?"
        r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b"),
    cue("ADR", 2, r"\b(?:has|have|just|she|he|they) moved to\b|\ba demenage\b|"
        r"\b(?:she|he|they|client|customer)(?:'s|'ve| has| have|s)? (?:since |now |just )?moved\b(?! (?:it|the|on|"
        r"forward|up))|\bnew (?:place|home|flat|house|office) (?:is|at|:)"),
    cue("ADR", 2, r"\b(?:sen[dt]|ship|shipped|deliver|delivered|forward)\b(?: (?:it|this|order|parcel|out|again|"
        r"#?\d{6,14})){0,4} there\b(?! (?:by|b4|before|on|for|in time)\b)|\bunder (?:the )?name(?: of)?\b|"
        r"\b(?:c/o|care of)\b"),
    cue("ADR", 2, r"\b(?:sen[dt]|ship|shipped|deliver|delivered|go)\b(?: (?:it|this|order|parcel|out|again)){0,3} "
        r"(?:to|at) (?:her|his|their|my|the) (?:mum|mother|parent|dad|father|sister|brother|friend|daughter|son|aunt|"
        r"office|work|hotel)(?:'?s)?\b"),
    # -- special delivery
    cue("SPD", 2, r"\bre-?deliver\w{0,4}\b|\b(?:can|could) (?:it|this|(?:her |his |their |the )?order)\b[^.;\n?]{0,24}"
        r"\bwait (?:for|until)\b"),
    cue("SPD", 2, r"\b(?:ups|carrier|courier)\b[^.;\n]{0,12}\b(?:refus\w{1,3}|won'?t (?:take|accept)|"
        r"does ?n'?t (?:take|accept))\b[^.;\n]{0,40}\b(?:watch|jewel\w*|value|limit)\b"),
    cue("SPD", 2, r"\b(?:home|available|free|there|in) only (?:after|before|from|until|on)\b|"
        r"\bonly (?:home|available|free|in|there) (?:after|before|from|until|on)\b"),
    cue("SPD", 2, r"\b(?:deliver|leave|drop|give) (?:\S+ ){0,3}?(?:to|with|at) (?:a |the |her |his )?"
        r"(?:neighbou?rs?|concierge|reception|porter)\b"),
    cue("SPD", 2, r"\bdelivery (?:is |was )?(?:requested|wanted|needed|booked|asked) (?:for|on)\b|\b(?:jan|feb|"
        r"mar|apr|may|jun|jul|aug|sep|"
        r"oct|nov|dec)\w* \d{1,2}(?:st|nd|rd|th)? delivery\b|\b\d{1,2}(?:st|nd|rd|"
        r"th) (?:\w+ )?delivery (?:requested|please|pls)\b"),
    cue("SPD", 2, r"\b(?:collect(?:ion|s)?|pick(?:ed)? (?:it )?up) (?:it |them )?(?:from|at|in) (?:the |our |"
        r"a )?(?:\w+ ){0,3}?"
        r"(?:boutique|store|shop|salon)\b|\b(?:passe\w{0,2}|vient|viendra|recupere\w?|retire\w?|prendre|chercher)"
        r"\b[^.;\n]{0,20}\ben boutique\b|\bboutique (?:collection|pick-?up)\b|\bclick (?:and|&) collect\b"),
    cue("SPD", 2, r"\b(?:hold|keep|park|delay|postpone|push) (?:back )?(?:(?:the|this|it|order|delivery|parcel|package|"
        r"shipment|of|for|her|his|their|here|back|on|off|with us|at the (?:dc|warehouse)|#?\d{6,14})[, ]{1,2}){0,6}"
        r"(?:until|til|till|jusqu)\b|\b(?:delay|postpone|push) (?:back )?(?:the |this |it |order |delivery |of |"
        r"#?\d{6,14} ?){1,4}to\b"),
    cue("SPD", 2, r"\b(?:gard(?:er|ez|e)|reten(?:ir|ez)|mettre de cote|mettez de cote)\b[^.;\n]{0,40}\bjusqu"),
    cue("SPD", 3, r"\b(?:special delivery|timed (?:del\w{0,5}|slot|service)|saturday (?:delivery|del|service)|"
        r"sat (?:delivery|del)|sunday delivery|same[ -]day(?: (?:courier|delivery|service))?|express (?:plus|"
        r"saver|12|by)|ups (?:express|saver)\w{0,3}|pre[ -]?(?:9|10|12|noon)\w{0,5}|white glove|am delivery|"
        r"guaranteed (?:delivery|by|before|next)|nominated day|next[ -]day (?:by|before|del\w{0,5}|"
        r"guaranteed)|(?:book|arrange|organi[sz]e|need) (?:a |the |us )?(?:dedicated |special |"
        r"motorbike )?courier)\b"),
    cue("SPD", 3, r"\b(?:deliver(?:ed|y)?|get (?:it|this) there|arrives?|be there|livre[er]?|livraison|to land)"
        r"\b(?:\W{1,3}(?!yet|but)[\w']+){0,5}\W{1,3}(?:by|before|b4|between|avant|no later than|latest)"
        r"\s(?:about |around )?(?:\d{1,2}(?:[:.h]\d{2}|\s?[ap]m|h\b|\s(?:and|-|to)\s)|noon|midday|midi|"
        r"lunch\w{0,4}|9|10|11|12)"),
    cue("SPD", 2, r"\b(?:needs?|must|wants?|has to|have to|doit)\b(?:\W{1,3}[\w']+){0,6}\W{1,3}(?:by|before|b4|between|"
        r"avant|entre)\s(?:\d{1,2}(?:[:.h]\d{2}|\s?[ap]m|h\b)|noon|midday|midi|\d{1,2}\s?(?:-|and|to|et)"
        r"\s?\d{1,2})"),
    cue("SPD", 2, r"\b(?:livraison (?:speciale|express|samedi|avant|horaire)|coursier)\b"),
    cue("SPD", 2, r"\b(?:which|what|best|safest) (?:courier|carrier|service)\b|\b(?:insured|secure) (?:courier|"
        r"delivery|"
        r"transport)\b|\b(?:insurance|insured) (?:value|cover)\b[^.;\n]{0,60}\b(?:courier|carrier|ship|send|to)\b"),
    cue("SPD", 2, r"\b(?:must|needs? to|has to|have to|doit) (?:arrive|be (?:there|delivered|with (?:her|him|"
        r"them|the client))|"
        r"land|arriver)\b[^.;\n]{0,16}\b(?:before|by|on|avant|for)\b|\b(?:event|wedding|birthday|flight|"
        r"gala)\b[^.;\n]{0,40}"
        r"\b(?:must|needs? to|has to) arrive\b"),
    cue("SPD", 2, r"\b(?:wants?|would like|asks?|asked|like|please|pls|can|could|to be)\b[^.;\n]{0,24}\b(?:left|"
        r"dropped) "
        r"(?:at|with|in|behind)\b|\buse (?:a |the |our )?(?:\w+ )?courier\b|\bwith (?:a )?signature\b|\bsignature "
        r"(?:required|needed|only|on delivery|service)\b|\bno (?:neighbou?rs?|safe place)\b"),
    cue("SPD", 2, r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day delivery\b|\b(?:morning|afternoon|evening) (?:only|"
        r"delivery|slot)\b"),
    cue("SPD", 2, r"\bexpedite\b|\binsured\s?\?|\b(?:upgrade|speed up) (?:the |her |his |this )?(?:shipping|service|"
        r"delivery)\b|"
        r"\b(?:tell|ask) (?:the )?(?:driver|courier|ups) to\b|\bdelivery (?:note|instruction)s?\b|"
        r"\b(?:gate|door|entry|access) code\b|\b(?:what|when|what'?s|whats|when'?s)(?: is)?(?: the)? cut[- ]?off\b"),
    # -- quality check before despatch
    cue("QCT", 3, r"\b(?:serial|weight|stitching|full|photo)[ -]?(?:check|capture|"
        r"record)?\b(?:\W{1,3}\w+){0,5}?\W{1,3}"
        r"(?:before|b4|prior to) (?:it |they )?(?:goes|leaves?|ships?|despatch|dispatch|sealing)\b|"
        r"\b(?:pls |please )?(?:add|use|put) (?:an? )?(?:extra |tamper |security )(?:tape|seal)\b"),
    cue("QCT", 2, r"\bqc (?:fail\w{0,3}|block\w{0,3}|hold)\b|\bfailed qc\b"),
    cue("QCT", 3, r"\b(?:extra|additional|second|2nd|full|pre-?(?:dispatch|despatch|ship\w{0,4})|outbound|enhanced|"
        r"trigger|manual|needs?|do(?: a| an)?|run(?: a)?|please|pls) (?:qc|quality (?:check|control)|"
        r"qc check|inspection)\b(?! (?:ok|pass|ed|fail))"),
    cue("QCT", 3, r"\b(?:qc|quality check|inspect(?:ed|ion)?|double[ -]?check\w{0,3}|photos?|pics)"
        r"\b(?:\W{1,3}\w+){0,3}\W{1,3}(?:before|prior to|b4|avant)"
        r"\b(?:\W{1,3}\w+){0,3}?\W{1,3}(?:it )?(?:leaves?|ships?|goes|despatch\w{0,3}|dispatch\w{0,3}|"
        r"shipping|shipment|it'?s? sent|sealing|packing|expedition|depart)\b"),
    cue("QCT", 3, r"\b(?:extra|additional|more|full set of) (?:photos?|pics|pictures)\b"
        r"(?! (?:attached|of the damage|"
        r"from (?:the )?client))"),
    cue("QCT", 2,
        r"\bdouble[ -]?check (?:the |this )?(?:quality|stitching|serial|item|bag|piece|watch|order before)\b"),
    cue("QCT", 2, r"\bcontrole qualite\b"),
    cue("QCT", 2, r"\bcheck (?:that )?(?:the )?(?:engraving|monogram|spelling|initials)\b|\b(?:no|without (?:the |a )?)"
        r" ?(?:prices?|invoices?)(?: slip| tag| note)?\b(?! (?:match|guarantee))"),
    cue("QCT", 3, r"\b(?:engraving|monogram|initials|spelling)\b[^.;\n]{0,40}\b(?:should (?:be|read|say)|wrong|typo|"
        r"misspel\w{1,5}|instead of)\b|\bgift receipt\b"),
    # -- cctv
    cue("CTV", 3, r"\b(?:cctv|footage|videosurveillance|video surveillance|(?:pull|check|review|save|preserve|keep|"
        r"look at|get|watch|see|send|give|show)(?: (?:her|him|them|us|me))? (?:the |any |our )?(?:videos?|tapes?|"
        r"cameras?|"
        r"recordings?)|(?:video|film) (?:of|where|when|showing|from)|"
        r"camera (?:recording|images?)|cameras? (?:of|from|on|for)|(?:dock|bench|cage|bay|line|gate|door|quai) "
        r"\w{1,3} cameras?|security (?:video|tape)|enregistrement)\b"),
    # -- order status
    cue("OST", 3, r"\bwismo\b"),
    cue("OST", 2, r"\b(?:re-?instate|re-?activate|un-?cancel\w*)\b"),
    cue("OST", 2,
        r"\b(?:at|in) (?:an? |the )?access point\b|\btried (?:to deliver )?(?:\d ?x|twice)|\bdelivery attempts?\b"),
    cue("OST", 2, r"\b(?:picking|preparing|packing|processing|allocated|pending) (?:since|for \d)\b"),
    cue("OST", 3, r"\b(?:where(?:'s| is|s| are)|ou en est|ou est)\b(?! (?:the )?(?:refund|claim|cctv|footage|"
        r"money))"),
    cue("OST", 3, r"\b(?:(?:order |current |what'?s the |any |check (?:the )?|chk |provide )(?:status|eta)|"
        r"status (?:of|on|for|pls|please|check|update)|statut|track (?:my|the|this) (?:order|parcel))\b|"
        r"\bstatus\s?\?"),
    cue("OST", 2, r"\b(?:have|send|get|need|give|share|what'?s|whats) (?:me |us |her |him )?(?:the |a |her |"
        r"his )?tracking"
        r"(?: (?:number|no|link|details|info|ref|for|of|on|pls|please)|\s?[?.]|$)|\btrack (?:this|it|\S{0,3}\d)"),
    cue("OST", 3, r"\bwhere (?:r|are|is|the heck|on earth) (?:they|it|she|he|these|those|both|we)\b"),
    cue("OST", 2, r"\b(?:du |en |y a-t-il du |a du )?retard (?:sur|de|pour)\b|\b(?:toujours|"
        r"tjrs) pas (?:expedie|parti|prepare)\w*"),
    cue("OST", 2, r"\bnot (?:yet )?out for delivery\b|\bpromised (?:for |by )?(?:today|yesterday|yday|"
        r"this morning)\b"),
    cue("OST", 2, r"\b(?:need|want|send|get|have|share)\w* (?:me |us |the |a )*(?:pod|proof of delivery)\b|"
        r"\b(?:pod|proof of delivery) (?:for|of|pls|please|needed|required)\b"),
    cue("OST", 2, r"\b(?:when (?:will|does|is|can)|quand)\b[^.;?\n]{0,40}\b(?:ship|leave|go out|despatch|dispatch|"
        r"arrive|delivered|sent|expedi\w{1,4}|livre\w{0,2}|part)\b"),
    cue("OST", 2, r"\b(?:re-?sen[dt]|sen[dt]|e-?mail|need|needs|want|wants|get|copy|duplicate|renvo\w{1,5}|just)\b"
        r"[^.;\n]{0,28}\b(?:receipt|invoice|facture|(?:order|refund|shipping|delivery) (?:confirmation|e-?mail)|"
        r"confirmation e-?mail)\b|\bre-?send (?:the |that |her |his |this )?e-?mail\b"),
    cue("OST", 2, r"\bany (?:joy|luck|movement)\b|\btoujours rien\b|\b(?:delivery )?exception\b|"
        r"\btracking (?:for|of)\W{0,3}#?\d{6}|\beta\b(?: (?:for|of|on))?\W{0,3}#?\d{6}|"
        r"\b(?:order|parcel|it|package|shipment|colis)\b(?: \S{1,14}){0,2}? (?:is |are |still |seems |got "
        r"){0,2}stuck\b"),
    cue("OST", 2, r"\b(?:why|how come|when|who)\b[^.;\n]{0,40}\bcancel\w*|\bcancel\w*ed (?:it |this |#?\d{6,14} )?"
        r"(?:in error|by mistake|by accident|wrongly|accidentally)\b|\b(?:wrongly|accidentally|mistakenly) "
        r"cancel\w*ed\b"),
    cue("OST", 2, r"\b(?:any (?:update|news|progress|word)|updates? (?:on|pls|please|for)|des nouvelles)\b"),
    cue("OST", 2, r"\b(?:says?|still(?: in| at| on)?|stuck (?:in|at|on)|shows?(?: as)?|showing(?: as)?|sitting (?:in|"
        r"at)|been (?:in|at|on)|toujours(?: en)?|status is) ?['\"]?(?:preparing|preparation|picking|picked|"
        r"packed|packing|processing|pending|allocated|label (?:printed|created)|awaiting|on hold|not shipped)"
        r"\b"),
    cue("OST", 1, r"\b(?:can|could|pls|please|plz|u|you)\b(?:\W{1,3}\w+){0,2}\W{1,3}(?:check|chk|look (?:into|at)|"
        r"verify|verifier|confirm)\b"),
    cue("OST", 2, r"\b(?:has|have|did|is|was)\b(?:\W{1,3}\w+){0,4}\W{1,3}(?:shipped|left|gone out|despatched|"
        r"dispatched|been sent|expedie\w?)\b[^.;\n]{0,30}\?"),
    cue("OST", 2, r"\b(?:(?:still )?not moving|has ?n.?t moved)\b"),
    cue("OST", 2, r"\b(?:(?:chang\w{1,3}|modify|swap) (?:the )?(?:item|colour|color|size|engraving|gift (?:message|"
        r"wrap)|quantity|qty)|add (?:a |the |some )?(?:gift (?:wrap\w*|message|note|card|box)|engraving))\b",
        "ITEM_CHANGE"),
    cue("OST", 2, r"\bmodify \w+(?: \w+){0,2} [{(]", "ITEM_CHANGE"),
    cue("OST", 2, r"\b(?:wants?|would like|needs?|asking|asks|wondering) (?:to know )?(?:when|if|"
        r"whether)\b[^.;\n]{0,24}\b"
        r"(?:ships?|shipped|leaves?|left|despatch\w{0,3}|dispatch\w{0,3}|arriv\w{1,3}|sent|ready|goes)\b"),
    cue("OST", 2, r"(?:\bstatus\s?(?:$|[.!,]|pls|plz|please|\?))|^\s*status\b|\beta\s?\?"),
    cue("OST", 2, r"\b(?:stuck|held|waiting|blocked) (?:in|at|by|with) (?:customs|clearance|the hub|the depot|"
        r"belfast|border)\b"
        r"|\bcustoms (?:hold|delay|issue|query|clearance)\b"),
    cue("OST", 2, r"\b(?:still|shows?(?: as)?|says?(?: its)?|status) ['\"]?(?:released|allocated|new|accepted|"
        r"in progress)"
        r"['\"]?(?:$|[\s.?!,])"),
    # -- inventory
    cue("INV", 2, r"\bfound (?:an? )?\S+(?: \S+){0,2} (?:with )?(?:no|without) (?:any )?"
        r"(?:paperwork|papers|order|rma|docs?)\b"),
    cue("INV", 3, r"\bcount(?:ed|s)?\b[^.;\n]{0,30}\b(?:shows?|says?|is|=|"
        r"gives?)\W{0,3}\d{1,5}\b[^.;\n]{0,24}\b(?:wms|system|"
        r"sys|stock|oms)\b"),
    cue("INV", 3, r"\bserial\b[^.;\n]{0,40}\b(?:but|vs|versus|not)\b[^.;\n]{0,30}\b(?:wms|system|stock|oms)\b"),
    cue("INV", 2,
        r"\b(?:found|have|got|counted)\W{1,2}(?:an? |\d{1,3} )?(?:extra|surplus|too many)\b(?! (?:photos?|qc))"),
    cue("INV", 3, r"\b(?:stock|inventory|bin|location|wms)\W{1,2}(?:\w+\W{1,2}){0,2}?(?:discrepanc\w{1,3}|mismatch|"
        r"variance|differen\w{2,4}|error|wrong|empty|short|does ?n.?t match|off by|negative|adjust\w{0,5}|"
        r"investigat\w{0,5})\b|\becart (?:de stock|d.?inventaire|stock)\b"),
    cue("INV", 3, r"\b(?:picker|pick|we|i|count(?:er|ed)?|they|physical(?:ly)?|operator)\W{1,2}(?:only |just |"
        r"can (?:only )?)?(?:found?|find|counted|count|sees?|got|have)\W{1,2}(?:only |just |"
        r"is )?(?:\d{1,4}(?! parcels| orders| boxes| packages)|"
        r"none|one|zero|nothing|two)\b"),
    cue("INV", 2, r"\bshort(?! (?:by|of) ?(?:£|€|\$|gbp|eur))(?:age|ed|fall)?\b(?: (?:pick|on|by|of)\b)?(?!-| "
        r"(?:sleeve|notice|time|call|answer|term|"
        r"strap))"),
    cue("INV", 2, r"\b(?:wms|system|sys|stock|oms)\W{1,2}(?:says?|shows?|has|=|qty|"
        r"is at)?\W{0,2}\d{1,4}\b(?!\s?(?:days?|hours?|orders|%|am|pm))"),
    cue("INV", 2, r"\b(?:phantom|mis-?placed|misput|not (?:in|on) (?:the |its )?(?:location|bin|shelf|rack)|"
        r"can'?t find (?:it |the )?(?:stock|item|piece|unit|in)|extra (?:unit|piece|pc)s?|overage|"
        r"missing from (?:the )?(?:stock|location|bin|shelf|rack)|introuvable|cycle count)\b"),
)  # fmt: skip
