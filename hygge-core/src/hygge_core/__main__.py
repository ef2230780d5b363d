from hygge_core.cli import main

raise SystemExit(main())
